import { Type, type Static } from '@sinclair/typebox'

const Milliseconds = (description: string) => Type.Union([Type.Number(), Type.Null()], { description })

const AnswerStatsSchema = Type.Object({
  hits: Type.Integer({ description: 'Answered from the cache, fresh or stale' }),
  misses: Type.Integer(),
  bypasses: Type.Integer({ description: 'Forwarded without asking the cache; no part of the hit rate' }),
  hitRate: Type.Union([Type.Number(), Type.Null()], {
    description: 'hits ÷ (hits + misses); null before the first of either'
  }),
  meanCachedMs: Milliseconds('Mean time of an answer from the cache; null before the first'),
  meanUncachedMs: Milliseconds('Mean time of an answer from the origin; null before the first')
})
export type AnswerStats = Static<typeof AnswerStatsSchema>

/** The answer of `GET /v1/stats`. What the store does not tell is left out. */
export const StatsSchema = Type.Object({
  since: Type.String({ format: 'date-time', description: 'When counting began: the start of this process' }),
  total: AnswerStatsSchema,
  resources: Type.Record(Type.String(), AnswerStatsSchema, { description: 'By the name of the resource' }),
  store: Type.Object({
    kind: Type.Union([Type.Literal('memory'), Type.Literal('redis')]),
    state: Type.Union([Type.Literal('up'), Type.Literal('down')]),
    entries: Type.Optional(Type.Integer()),
    usedBytes: Type.Optional(Type.Integer()),
    maxBytes: Type.Optional(Type.Integer({ description: '0: no limit' })),
    pendingInvalidations: Type.Integer({ description: 'Waiting in the journal for the store' })
  })
})
export type StatsSnapshot = Static<typeof StatsSchema>
