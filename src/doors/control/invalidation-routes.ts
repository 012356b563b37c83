import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'

import type { Invalidation } from '../../cache/invalidation.js'
import type { ControlContext } from './control-context.js'
import { PreferHeaders, readPreference } from './prefer.js'
import { InvalidatedAnswer, NoQuery, PendingAnswer, PROBLEMS } from './schemas.js'

export const invalidationRoutes: FastifyPluginCallbackTypebox<ControlContext> = (app, context, done) => {
  const { fields, schemas, invalidate, longestWaitMs } = context
  app.post(
    '/v1/invalidations',
    {
      schema: {
        summary: 'Invalidate keys, tags, patterns or everything',
        description:
          'After a 200, no request that arrives gets an answer whose origin request was sent before it.',
        headers: PreferHeaders,
        querystring: NoQuery,
        body: schemas.InvalidationBody,
        response: { 200: InvalidatedAnswer, 202: PendingAnswer, ...PROBLEMS }
      }
    },
    async (request, reply) => {
      const { body } = request
      const named: Invalidation = {
        keys: await fields.names(body.keys ?? [], 'keys'),
        tags: await fields.names(body.tags ?? [], 'tags'),
        patterns: await fields.patterns(body.patterns ?? [], 'patterns'),
        all: body.all ?? false
      }
      const { waitMs, applied } = readPreference(request.headers.prefer, longestWaitMs)
      const result = await invalidate(named, { waitMs })
      reply.headers(applied)
      request.log.debug({ ...named, ...result }, 'Invalidated through the control door.')
      if (result.outcome === 'pending') return reply.code(202).send({ pending: true })
      return { id: result.id, removed: result.removed }
    }
  )
  done()
}
