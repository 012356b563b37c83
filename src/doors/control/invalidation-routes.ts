import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import type { Invalidation } from '../../cache/invalidation.js'
import type { ControlContext } from './control-context.js'
import { InvalidatedAnswer, NoQuery, nothing, PendingAnswer, PROBLEMS } from './schemas.js'

/** What an invalidation may be sent with. */
const PreferHeaders = Type.Object({
  prefer: Type.Optional(
    Type.String({
      description:
        'wait=N (RFC 7240 §4.3): answer after N seconds at most, with 202 if the store has not taken it; 0 waits for the first attempt only. A longer time than INVALIDATION_TIMEOUT_MS is not applied. Preference-Applied tells what was.'
    })
  )
})

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
        headers: PreferHeaders,
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
      const { waitMs, applied } = readPreference(headers.prefer, longestWaitMs)
      const result = await invalidate(named, { waitMs })
      reply.headers(applied)
      log.debug({ ...named, ...result }, 'Invalidated through the control door.')
      if (result.outcome === 'pending') return reply.code(202).send({ pending: true })
      return { id: result.id, removed: result.removed }
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
        headers: PreferHeaders,
        querystring: NoQuery,
        response: {
          204: nothing('Nothing is under the key now, whether there was something or not'),
          202: PendingAnswer,
          ...PROBLEMS
        }
      }
    },
    async ({ params, headers, log }, reply) => {
      const keys = [fields.name(params.key, 'key')]
      const { waitMs, applied } = readPreference(headers.prefer, longestWaitMs)
      const { outcome } = await invalidate({ keys }, { waitMs })
      reply.headers(applied)
      log.debug({ keys, outcome }, 'Invalidated through the control door.')
      return outcome === 'done' ? reply.code(204).send(undefined) : reply.code(202).send({ pending: true })
    }
  )
  done()
}

interface Preference {
  /** `undefined` where nothing was asked for that can be given. */
  readonly waitMs: number | undefined
  /** The header field that says so. */
  readonly applied: Readonly<Record<string, string>>
}

/** Reads `Prefer: wait=N`. What is malformed or too long is not applied: RFC 7240 §2 has a server ignore it. */
export const readPreference = (field: string | undefined, longestMs: number): Preference => {
  const seconds = field === undefined ? undefined : WAIT.exec(withoutStrings(field))?.[1]
  const waitMs = Number(seconds ?? NaN) * 1000
  if (!(waitMs <= longestMs)) return { waitMs: undefined, applied: {} }
  return { waitMs, applied: { 'preference-applied': `wait=${waitMs / 1000}` } }
}

/** The first of several holds (RFC 7240 §2). */
const WAIT = /(?:^|,)\s*wait\s*=\s*(\d{1,9})\s*(?=[,;]|$)/i

/** A value may be a quoted string; those that are no number say nothing of a wait. */
const withoutStrings = (field: string): string =>
  field.replaceAll(/"(\d*)"/g, '$1').replaceAll(/"(?:[^"\\]|\\.)*"/g, '')
