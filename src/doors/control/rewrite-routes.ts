import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'

import { badInput, ProblemError } from '../problem.js'
import type { ControlContext } from './control-context.js'
import { fieldOf, readPrecondition } from './preconditions.js'
import { IncrementBody, NoQuery, nothing, PROBLEMS } from './schemas.js'

const contended = (): ProblemError =>
  new ProblemError(503, 'Other writers of this key came in between each time.', {
    headers: { 'retry-after': '1' }
  })

/** A new lifetime for a value that is there. */
export const touchRoute: FastifyPluginCallbackTypebox<ControlContext> = (app, context, done) => {
  const { values, fields, schemas, defaultTtlSeconds } = context
  app.post(
    '/v1/entries/:key/touch',
    {
      schema: {
        summary: 'Give a value a new lifetime',
        params: schemas.KeyParameter,
        querystring: schemas.TouchQuery,
        response: { 204: nothing('It lives for ttl seconds from now'), ...PROBLEMS }
      }
    },
    async (request, reply) => {
      const key = fields.name(request.params.key, 'key')
      const outcome = await values.touch(key, request.query.ttl ?? defaultTtlSeconds)
      if (outcome === 'contended') throw contended()
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
          throw contended()
      }
    }
  )
  done()
}
