import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'
import { type TSchema, Type } from '@sinclair/typebox'
import type { WarmingState } from '../../cache/warming/warming.js'
import { StatsSchema } from '../../telemetry/statistics.js'
import type { ControlContext } from './control-context.js'
import { NoQuery, PROBLEMS } from './schemas.js'

/** What the cache tells about itself; warming on request, and how far it is. */
export const reportRoutes: FastifyPluginCallbackTypebox<ControlContext> = (app, context, done) => {
  const { stats, resources, warming } = context
  app.get('/v1/stats', report('Figures per resource and in total', StatsSchema), () => stats())
  app.get('/v1/resources', report('The resource table in force', resources.schema), () => resources.table)
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
  app.get('/v1/warm', report('Progress of warming', Progress), () => warming.progress())
  done()
}

const report = <Answer extends TSchema>(summary: string, answer: Answer) => ({
  schema: { summary, querystring: NoQuery, response: { 200: answer, ...PROBLEMS } }
})

const STATES: readonly WarmingState[] = ['idle', 'running', 'finished', 'timed-out', 'stopped']

const Progress = Type.Object(
  {
    state: Type.Unsafe<WarmingState>({
      type: 'string',
      enum: STATES,
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
