import { Type, type Static } from '@sinclair/typebox'
import { ANSWERED_BY, type AnswerKind } from '../cache/answered-by.js'
import type { Outcome } from '../cache/observer.js'
import type { StoreStats } from '../cache/store.js'
import { OutboxStatsSchema, type OutboxStats } from './outbox-metrics.js'
import type { Count, Tally } from './tally.js'

interface StatisticsOptions {
  readonly counts: Tally['counts']
  /** Epoch milliseconds. */
  readonly now: () => number
}

/** What `GET /v1/stats` tells, since the process started. */
export const createStatistics = ({ counts, now }: StatisticsOptions) => {
  const since = new Date(now()).toISOString()
  return {
    snapshot: (store: StoreStats, outbox?: OutboxStats): StatsSnapshot => {
      const byResource = [...counts].map(
        ([resource, byOutcome]) => [resource, countedOf(resource, byOutcome)] as const
      )
      return {
        since,
        total: answerStats(byResource.flatMap(([, counted]) => counted)),
        resources: Object.fromEntries(
          byResource.map(([resource, counted]) => [resource, answerStats(counted)])
        ),
        store: knownOf(store),
        ...(outbox && { outbox })
      }
    }
  }
}

const knownOf = ({ entries, usedBytes, maxBytes, ...store }: StoreStats): StatsSnapshot['store'] => ({
  ...store,
  ...(entries !== undefined && { entries }),
  ...(usedBytes !== undefined && { usedBytes }),
  ...(maxBytes !== undefined && { maxBytes })
})

type Counted = readonly [Outcome, Readonly<Count>]

/** Failures of requests that no row could have cached count nowhere. */
const countedOf = (resource: string, byOutcome: ReadonlyMap<Outcome, Readonly<Count>>): readonly Counted[] =>
  [...byOutcome].filter(([outcome]) => outcome !== 'failed' || resource !== 'none')

/** A failure is a miss, but no answer whose time could be compared with that of a hit. Writes count nowhere. */
const answerStats = (counted: readonly Counted[]): AnswerStats => {
  const answeredBy = (kind: AnswerKind): Count =>
    sumOf(counted.filter(([outcome]) => ANSWERED_BY[outcome] === kind))
  const cached = answeredBy('cached')
  const uncached = answeredBy('uncached')
  const misses = uncached.answers + answeredBy('failed').answers
  return {
    hits: cached.answers,
    misses,
    bypasses: sumOf(counted.filter(([outcome]) => outcome === 'bypass')).answers,
    hitRate: ratio(cached.answers, cached.answers + misses),
    meanCachedMs: ratio(cached.durationMs, cached.answers),
    meanUncachedMs: ratio(uncached.durationMs, uncached.answers)
  }
}

const sumOf = (counted: readonly Counted[]): Count => {
  const sum = { answers: 0, durationMs: 0 }
  for (const [, { answers, durationMs }] of counted) {
    sum.answers += answers
    sum.durationMs += durationMs
  }
  return sum
}

const ratio = (dividend: number, divisor: number): number | null =>
  divisor === 0 ? null : dividend / divisor

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
  }),
  outbox: Type.Optional(OutboxStatsSchema)
})
export type StatsSnapshot = Static<typeof StatsSchema>
