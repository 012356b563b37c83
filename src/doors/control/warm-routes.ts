import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'

import type { ControlContext } from './control-context.js'
import { NoQuery, PROBLEMS } from './schemas.js'

const STATES = ['idle', 'running', 'finished', 'timed-out', 'stopped'] as const

const Progress = Type.Object(
  {
    state: Type.Unsafe<(typeof STATES)[number]>({
      type: 'string',
      enum: [...STATES],
      description: 'idle: nothing was warmed so far; stopped: by the end of the process'
    }),
    total: Type.Integer({ description: 'Reads in the list' }),
    done: Type.Integer({ description: 'stored + fresh + failed + skipped' }),
    stored: Type.Integer(),
    fresh: Type.Integer({ description: 'Stored already' }),
    failed: Type.Integer(),
    skipped: Type.Integer({ description: 'The cache would not look them up; the log says why' }),
    durationMs: Type.Integer()
  },
  { description: 'The run that is under way, or the last one' }
)

/** Warming on request, and how far it is. */
export const warmRoutes: FastifyPluginCallbackTypebox<ControlContext> = (app, { warming }, done) => {
  app.post(
    '/v1/warm',
    {
      schema: {
        summary: 'Fetch what the list `warm` names and is not fresh',
        description: 'Joins the run that is under way. Does not wait for its end.',
        querystring: NoQuery,
        response: { 202: Progress, ...PROBLEMS }
      }
    },
    async (_request, reply) => {
      void warming.run()
      return reply.code(202).send(warming.progress())
    }
  )
  app.get(
    '/v1/warm',
    {
      schema: {
        summary: 'Progress of warming',
        querystring: NoQuery,
        response: { 200: Progress, ...PROBLEMS }
      }
    },
    () => warming.progress()
  )
  done()
}
