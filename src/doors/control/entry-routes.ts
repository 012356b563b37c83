import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'

import { badInput } from '../problem.js'
import type { ControlContext } from './control-context.js'
import { readPosition } from './name-fields.js'
import { fieldOf, readPrecondition } from './preconditions.js'
import { PreferHeaders, readPreference } from './prefer.js'
import { bytes, NoQuery, nothing, PendingAnswer, PROBLEMS } from './schemas.js'

/** `PUT /v1/entries/{key}`, apart from the others because its body is bytes of any type. */
export const putRoute: FastifyPluginCallbackTypebox<ControlContext> = (app, context, done) => {
  const { values, fields, schemas, defaultTtlSeconds, maxEntryBytes } = context
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: maxEntryBytes }, (_request, body, parsed) =>
    parsed(null, body)
  )

  app.put(
    '/v1/entries/:key',
    {
      schema: {
        summary: 'Store a value',
        description:
          'If-None-Match: * stores only where nothing is, If-Match only over the value with that ETag.',
        params: schemas.KeyParameter,
        querystring: schemas.PutQuery,
        body: bytes('The value'),
        response: { 204: nothing('Stored; its ETag is in the header'), ...PROBLEMS }
      }
    },
    async (request, reply) => {
      const { headers, query } = request
      if (headers['content-encoding'] !== undefined) {
        throw badInput('content-encoding', 'is not kept with a value: send the body without', 415)
      }
      const position = readPosition(query.position)
      const precondition = readPrecondition(headers)
      const result = await values.put(
        {
          key: fields.name(request.params.key, 'key'),
          body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
          contentType: headers['content-type'] ?? 'application/octet-stream',
          tags: (query.tag ?? []).map((tag) => fields.name(tag, 'tag')),
          ttlSeconds: query.ttl ?? defaultTtlSeconds
        },
        { precondition, position }
      )
      if (result.outcome === 'stored') return reply.code(204).header('etag', result.etag).send(undefined)
      if (result.outcome === 'unmet') throw badInput(fieldOf(precondition), 'does not hold', 412)
      if (position === undefined) throw badInput('body', 'is larger than the whole store', 413)
      throw badInput('position', 'is out of date: an invalidation has come in between', 409)
    }
  )
  done()
}

/** What else there is to do with one value. */
export const entryRoutes: FastifyPluginCallbackTypebox<ControlContext> = (app, context, done) => {
  const { fields, schemas, invalidate, longestWaitMs, answerValue } = context

  // Describes every read in /openapi.json, and answers HEAD, keys in unusual characters and what the schema refuses.
  // A plain GET does not come here: the server hands it to `answerValue` before the router (control-door.ts).
  app.get(
    '/v1/entries/:key',
    {
      schema: {
        summary: 'Read a value',
        description:
          'HEAD answers the same without the body. If-None-Match with its ETag is answered with 304.',
        params: schemas.KeyParameter,
        querystring: NoQuery,
        response: {
          200: bytes('The same bytes and type as were stored, with ETag, Age and Cache-Status'),
          304: nothing('The value still has that ETag'),
          ...PROBLEMS
        }
      }
    },
    ({ params, raw }, reply) => {
      reply.hijack()
      return answerValue(params.key, raw, reply.raw)
    }
  )

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
    async (request, reply) => {
      const keys = [fields.name(request.params.key, 'key')]
      const { waitMs, applied } = readPreference(request.headers.prefer, longestWaitMs)
      const { outcome } = await invalidate({ keys }, { waitMs })
      reply.headers(applied)
      request.log.debug({ keys, outcome }, 'Invalidated through the control door.')
      return outcome === 'done' ? reply.code(204).send(undefined) : reply.code(202).send({ pending: true })
    }
  )
  done()
}
