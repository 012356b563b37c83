import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import type { ControlContext } from './control-context.js'
import { NoQuery, PROBLEMS } from './schemas.js'

/** None that hides warnings: nobody can silence a sidecar by this door, and each change is in its log. */
const LEVELS = ['warn', 'info', 'debug', 'trace'] as const
const SECONDS = { default: 300, max: 3600 }

const State = Type.Object({
  level: Type.String({ description: 'The one that is logged at now' }),
  until: Type.Optional(Type.String({ description: 'When it is LOG_LEVEL again; absent while it is' }))
})

const Change = Type.Object(
  {
    level: Type.Unsafe<(typeof LEVELS)[number]>({ type: 'string', enum: LEVELS }),
    seconds: Type.Optional(Type.Integer({ minimum: 1, maximum: SECONDS.max, default: SECONDS.default }))
  },
  { additionalProperties: false }
)

/** The log of this process alone, for people who look for something. */
export const loggingRoutes: FastifyPluginCallbackTypebox<ControlContext> = (app, { logging }, done) => {
  app.put(
    '/v1/logging',
    {
      schema: {
        summary: 'Log at another level for a while',
        description: 'In this process only; after that time, and after a restart, it is LOG_LEVEL again.',
        querystring: NoQuery,
        body: Change,
        response: { 200: State, ...PROBLEMS }
      }
    },
    ({ body, log }) => {
      const { level, seconds = SECONDS.default } = body
      const state = logging.change(level, seconds)
      log.warn(state, 'The log level was changed')
      return state
    }
  )
  app.get(
    '/v1/logging',
    {
      schema: { summary: 'The level of the log', querystring: NoQuery, response: { 200: State, ...PROBLEMS } }
    },
    () => logging.state()
  )
  done()
}
