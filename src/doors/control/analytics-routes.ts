import { hostname } from 'node:os'
import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { AnalyticsAnswer, analyticsAnswer } from '../../insight/analytics-answer.js'
import { AuditAnswer } from '../../insight/audit-report.js'
import { type Window, WINDOWS } from '../../insight/sliding-windows.js'
import type { ControlContext } from './control-context.js'
import { NoQuery, PROBLEMS } from './schemas.js'

const HOT_KEYS = { default: 50, max: 1000 }

const AnalyticsQuery = Type.Object(
  {
    window: Type.Optional(Type.Unsafe<Window>({ type: 'string', enum: [...WINDOWS], default: '15m' })),
    pods: Type.Optional(
      Type.Unsafe<'this' | 'all'>({
        type: 'string',
        enum: ['this', 'all'],
        default: 'this',
        description: 'all: with what the others have told in the last seconds, through Redis'
      })
    )
  },
  { additionalProperties: false }
)

const CountQuery = Type.Object(
  { count: Type.Optional(Type.Integer({ minimum: 1, maximum: HOT_KEYS.max, default: HOT_KEYS.default })) },
  { additionalProperties: false }
)

const HotKeysAnswer = Type.Object({
  seconds: Type.Integer({ description: 'What it is about: 15 to 30 minutes, less after a start' }),
  lookups: Type.Integer({ description: 'Of all keys' }),
  keys: Type.Array(
    Type.Object({
      key: Type.String(),
      resource: Type.String(),
      count: Type.Integer({ description: 'Lookups, at most' }),
      error: Type.Integer({ description: 'By how many it may be too many' })
    })
  )
})

/** What this process has counted in the last time. */
export const analyticsRoutes: FastifyPluginCallbackTypebox<ControlContext> = (app, context, done) => {
  const { analytics, audit } = context
  app.get(
    '/v1/audit',
    {
      schema: {
        summary: 'Answers from the cache that were compared with the origin’s',
        querystring: NoQuery,
        response: { 200: AuditAnswer, ...PROBLEMS }
      }
    },
    () => audit()
  )
  if (analytics === undefined) {
    done()
    return
  }
  app.get(
    '/v1/analytics',
    {
      schema: {
        summary: 'What was answered, how fast and from where, in the last minute, quarter of an hour or day',
        description:
          'Of this process, or of all pods. The oldest part of a window leaves it as a whole: 5 s, 1 minute, 1 hour.',
        querystring: AnalyticsQuery,
        response: { 200: AnalyticsAnswer, ...PROBLEMS }
      }
    },
    async ({ query: { window = '15m', pods = 'this' } }) => {
      const { sum, ms } = analytics.over(window)
      const others = pods === 'all' ? await analytics.others(window) : []
      for (const other of others) sum.add(other.sum)
      return analyticsAnswer({
        window,
        ms: Math.max(ms, ...others.map((other) => other.ms)),
        pods: [hostname(), ...others.map(({ pod }) => pod)],
        sum,
        day: analytics.over('24h').sum
      })
    }
  )
  app.get(
    '/v1/hot-keys',
    {
      schema: {
        summary: 'The keys that are looked up most often',
        description:
          'Of this process. Counts of keys that are not among the most frequent ones are estimates.',
        querystring: CountQuery,
        response: { 200: HotKeysAnswer, ...PROBLEMS }
      }
    },
    ({ query: { count = HOT_KEYS.default } }) => {
      const { keys, total, ms } = analytics.hotKeys(count)
      return { seconds: Math.round(ms / 1000), lookups: total, keys: [...keys] }
    }
  )
  done()
}
