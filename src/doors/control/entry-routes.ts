import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { badInput, ProblemError, tryAgain } from '../problem.js'
import type { ControlContext } from './control-context.js'
import { readPosition } from './names.js'
import { fieldOf, readPrecondition } from './preconditions.js'
import { HandlingHeaders, lenientLifetimes } from './preferences.js'
import { bytes, IncrementBody, NoQuery, nothing, PROBLEMS } from './schemas.js'

/** `PUT /v1/entries/{key}`, apart from the others because its body is bytes of any type. */
export const putRoute: FastifyPluginCallbackTypebox<ControlContext> = (app, context, done) => {
  const { values, fields, schemas, defaultTtlSeconds, maxTtlSeconds, maxEntryBytes } = context
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: maxEntryBytes }, (_request, body, parsed) =>
    parsed(null, body)
  )

  app.put(
    '/v1/entries/:key',
    {
      preValidation: lenientLifetimes(maxTtlSeconds),
      schema: {
        summary: 'Store a value',
        description:
          'If-None-Match: * stores only where nothing is, If-Match only over the value with that ETag.',
        params: schemas.KeyParameter,
        headers: HandlingHeaders,
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

/** A read, and a new lifetime for a value that is there: they have no body. */
export const entryRoutes: FastifyPluginCallbackTypebox<ControlContext> = (app, context, done) => {
  const { values, fields, schemas, defaultTtlSeconds, maxTtlSeconds, answerValue } = context

  // Describes every read in /openapi.json, and answers HEAD, keys in unusual characters and what the schema refuses.
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
    ({ params }, reply) => {
      reply.hijack()
      return answerValue(params.key, reply.raw)
    }
  )

  app.post(
    '/v1/entries/:key/touch',
    {
      preValidation: lenientLifetimes(maxTtlSeconds),
      schema: {
        summary: 'Give a value a new lifetime',
        params: schemas.KeyParameter,
        headers: HandlingHeaders,
        querystring: schemas.TouchQuery,
        response: { 204: nothing('It lives for ttl seconds from now'), ...PROBLEMS }
      }
    },
    async (request, reply) => {
      const key = fields.name(request.params.key, 'key')
      const outcome = await values.touch(key, request.query.ttl ?? defaultTtlSeconds)
      if (outcome === 'contended') throw tryAgain(CONTENDED)
      if (outcome === 'absent') throw new ProblemError(404, 'There is no value under this key.')
      return reply.code(204).send(undefined)
    }
  )
  done()
}

/** Counters. */
export const incrementRoute: FastifyPluginCallbackTypebox<ControlContext> = (app, context, done) => {
  const { values, fields, schemas, defaultTtlSeconds } = context
  app.post(
    '/v1/entries/:key/increment',
    {
      schema: {
        summary: 'Add to a counter',
        description:
          'A key without a value starts at 0 with the default lifetime, unless If-Match: * is given. A counter keeps its expiry.',
        params: schemas.KeyParameter,
        querystring: NoQuery,
        body: IncrementBody,
        response: {
          200: Type.Object({ value: Type.Integer() }, { description: 'The sum' }),
          ...PROBLEMS
        }
      }
    },
    async (request) => {
      const key = fields.name(request.params.key, 'key')
      const precondition = readPrecondition(request.headers)
      const { by = 1 } = request.body
      const result = await values.increment({ key, by, precondition, ttlSeconds: defaultTtlSeconds })
      switch (result.outcome) {
        case 'stored':
          return { value: result.value }
        case 'unmet':
          throw badInput(fieldOf(precondition), 'does not hold', 412)
        case 'not-an-integer':
          throw badInput('key', 'holds a value that is no integer', 409)
        case 'out-of-range':
          throw badInput('by', 'leads beyond the integers that are exact', 409)
        case 'contended':
          throw tryAgain(CONTENDED)
      }
    }
  )
  done()
}

const CONTENDED = 'Other writers of this key came in between each time.'
