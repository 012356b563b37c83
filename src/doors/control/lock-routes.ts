import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'
import { CancelSource } from '../../concurrency/cancellation.js'
import { badInput, ProblemError } from '../problem.js'
import type { ControlContext } from './control-context.js'
import {
  AcquireBody,
  AcquiredAnswer,
  LockState,
  ReleaseQuery,
  RenewBody,
  RenewedAnswer
} from './lock-schemas.js'
import { NoQuery, nothing, PROBLEMS } from './schemas.js'

/** To get a lock, and to keep it. */
export const lockRoutes: FastifyPluginCallbackTypebox<ControlContext> = (app, context, done) => {
  const { locks, fields, schemas, closing } = context
  app.post(
    '/v1/locks/:name',
    {
      schema: {
        summary: 'Acquire a lock',
        description:
          'Of several callers, on whatever pods, one gets it; the others get 423 after their wait. It ends after ttl seconds by itself. Nothing invalidates a lock.',
        params: schemas.LockParameter,
        querystring: NoQuery,
        body: AcquireBody,
        response: { 201: AcquiredAnswer, ...PROBLEMS }
      }
    },
    async ({ params, body }, reply) => {
      const name = fields.name(params.name, 'name')
      const { ttl, wait = 0 } = body
      const cancel = new CancelSource()
      const forget = closing.onCancel(() => cancel.cancel())
      reply.raw.once('close', () => cancel.cancel())
      try {
        const acquisition = await locks.acquire({ name, ttlMs: ttl * 1000, waitMs: wait * 1000 }, cancel)
        if (acquisition.outcome === 'held') throw locked((await locks.remaining(name)) ?? 1)
        const { token, fence, position } = acquisition
        return await reply.code(201).send({ token, fence, position, ttl })
      } finally {
        forget()
      }
    }
  )

  app.post(
    '/v1/locks/:name/renew',
    {
      schema: {
        summary: 'Keep a lock for longer',
        params: schemas.LockParameter,
        querystring: NoQuery,
        body: RenewBody,
        response: { 200: RenewedAnswer, ...PROBLEMS }
      }
    },
    async ({ params, body }) => {
      const { token, ttl } = body
      const isRenewed = await locks.renew({
        name: fields.name(params.name, 'name'),
        token,
        ttlMs: ttl * 1000
      })
      if (!isRenewed) throw notHolder()
      return { ttl }
    }
  )
  done()
}

/** To give a lock back, and to look at it: they have no body. */
export const lockStateRoutes: FastifyPluginCallbackTypebox<ControlContext> = (app, context, done) => {
  const { locks, fields, schemas } = context
  app.delete(
    '/v1/locks/:name',
    {
      schema: {
        summary: 'Release a lock',
        params: schemas.LockParameter,
        querystring: ReleaseQuery,
        response: { 204: nothing('Another caller can acquire it now'), ...PROBLEMS }
      }
    },
    async ({ params, query }, reply) => {
      const isReleased = await locks.release({ name: fields.name(params.name, 'name'), token: query.token })
      if (!isReleased) throw notHolder()
      return reply.code(204).send(undefined)
    }
  )

  app.get(
    '/v1/locks/:name',
    {
      schema: {
        summary: 'Whether anybody has a lock',
        params: schemas.LockParameter,
        querystring: NoQuery,
        response: { 200: LockState, ...PROBLEMS }
      }
    },
    async ({ params }) => {
      const ttl = await locks.remaining(fields.name(params.name, 'name'))
      return { held: ttl !== undefined, ttl: ttl ?? 0 }
    }
  )
  done()
}

const locked = (ttlSeconds: number): ProblemError =>
  new ProblemError(423, 'Another caller has this lock.', { headers: { 'retry-after': String(ttlSeconds) } })

const notHolder = (): ProblemError => badInput('token', 'does not hold this lock, or no longer', 409)
