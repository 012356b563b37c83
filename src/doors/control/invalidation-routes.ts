import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'
import type { Invalidation } from '../../cache/invalidation.js'
import { recordIdOf } from '../../cache/position.js'
import { InvalidatedAnswer, PendingAnswer } from './answers.js'
import type { ControlContext } from './control-context.js'
import { readWait, WaitHeaders } from './preferences.js'
import { NoQuery, nothing, PROBLEMS } from './schemas.js'

/** Of many names in one request. */
export const invalidationRoutes: FastifyPluginCallbackTypebox<ControlContext> = (app, context, done) => {
  const { fields, schemas, invalidate, longestWaitMs } = context
  app.post(
    '/v1/invalidations',
    {
      schema: {
        summary: 'Invalidate keys, tags, patterns or everything',
        description:
          'After a 200, no request that arrives gets an answer whose origin request was sent before it.',
        headers: WaitHeaders,
        querystring: NoQuery,
        body: schemas.InvalidationBody,
        response: { 200: InvalidatedAnswer, 202: PendingAnswer, ...PROBLEMS }
      }
    },
    async ({ body, headers, log }, reply) => {
      const named: Invalidation = {
        keys: await fields.names(body.keys ?? [], 'keys'),
        tags: await fields.names(body.tags ?? [], 'tags'),
        patterns: await fields.patterns(body.patterns ?? [], 'patterns'),
        all: body.all ?? false
      }
      const { waitMs, applied } = readWait(headers.prefer, longestWaitMs)
      const result = await invalidate(named, { waitMs })
      reply.headers(applied)
      log.debug({ ...named, ...result }, 'Invalidated through the control door.')
      if (result.outcome === 'pending') return reply.code(202).send({ pending: true })
      const { position, removed } = result
      return { id: recordIdOf(position), removed, position }
    }
  )
  done()
}

/** `DELETE /v1/entries/{key}`, apart from the other because it has no body. */
export const deleteRoute: FastifyPluginCallbackTypebox<ControlContext> = (app, context, done) => {
  const { fields, schemas, invalidate, longestWaitMs } = context
  app.delete(
    '/v1/entries/:key',
    {
      schema: {
        summary: 'Invalidate a key',
        params: schemas.KeyParameter,
        headers: WaitHeaders,
        querystring: NoQuery,
        response: {
          204: nothing(
            'Nothing is under the key now. The header Removed tells how many entries there were; 0 also when it had to wait for the store and was carried out with others'
          ),
          202: PendingAnswer,
          ...PROBLEMS
        }
      }
    },
    async ({ params, headers, log }, reply) => {
      const keys = [fields.name(params.key, 'key')]
      const { waitMs, applied } = readWait(headers.prefer, longestWaitMs)
      const result = await invalidate({ keys }, { waitMs })
      reply.headers(applied)
      log.debug({ keys, ...result }, 'Invalidated through the control door.')
      if (result.outcome === 'pending') return reply.code(202).send({ pending: true })
      return reply.code(204).header('removed', result.removed).send(undefined)
    }
  )
  done()
}
