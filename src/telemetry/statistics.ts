import type { Outcome } from '../cache/observer.js'
import type { StoreStats } from '../cache/store.js'
import { createTally } from './tally.js'
import type { Count, Tally } from './tally.js'

/** The figures of `GET /v1/stats`, since the process started. */
export interface Snapshot {
  /** ISO 8601. */
  readonly since: string
  readonly total: Figures
  readonly resources: Readonly<Record<string, Figures>>
  /** A figure that the store does not tell is left out. */
  readonly store: {
    readonly kind: StoreStats['kind']
    readonly state: StoreStats['state']
    readonly entries?: number
    readonly usedBytes?: number
    readonly maxBytes?: number
    readonly pendingInvalidations: number
  }
}

export interface Figures {
  readonly hits: number
  readonly misses: number
  readonly bypasses: number
  /** hits ÷ (hits + misses); `null` before the first of them, as are the means. */
  readonly hitRate: number | null
  readonly meanCachedMs: number | null
  readonly meanUncachedMs: number | null
}

export interface Statistics extends Tally {
  snapshot(store: StoreStats): Snapshot
}

export const createStatistics = ({ now }: { now: () => number }): Statistics => {
  const tally = createTally()
  const since = new Date(now()).toISOString()
  return {
    ...tally,
    snapshot: (store) => ({
      since,
      total: figuresOf([...tally.counts].flatMap(([resource, counts]) => countsOf(resource, counts))),
      resources: Object.fromEntries(
        [...tally.counts].map(([resource, counts]) => [resource, figuresOf(countsOf(resource, counts))])
      ),
      store: knownOf(store)
    })
  }
}

const knownOf = ({ entries, usedBytes, maxBytes, ...store }: StoreStats): Snapshot['store'] => ({
  ...store,
  ...(entries !== undefined && { entries }),
  ...(usedBytes !== undefined && { usedBytes }),
  ...(maxBytes !== undefined && { maxBytes })
})

type Kind = 'cached' | 'uncached' | 'failed' | 'bypass' | 'apart'

/** Writes stand apart, and so do failures of requests that no row could have cached. */
const KINDS: Readonly<Record<Outcome, Kind>> = {
  hit: 'cached',
  stale: 'cached',
  miss: 'uncached',
  collapsed: 'uncached',
  unproven: 'uncached',
  'store-unavailable': 'uncached',
  failed: 'failed',
  bypass: 'bypass',
  write: 'apart'
}

interface KindCount extends Count {
  readonly kind: Kind
}

const countsOf = (resource: string, counts: ReadonlyMap<Outcome, Readonly<Count>>): readonly KindCount[] =>
  [...counts].map(([outcome, count]) => ({
    ...count,
    kind: outcome === 'failed' && resource === 'none' ? 'apart' : KINDS[outcome]
  }))

/** A failure is a miss, but no answer whose time could be compared with that of a hit. */
const figuresOf = (counts: readonly KindCount[]): Figures => {
  const sum = (kind: Kind): Count =>
    counts
      .filter((count) => count.kind === kind)
      .reduce(
        (total, { answers, durationMs }) => ({
          answers: total.answers + answers,
          durationMs: total.durationMs + durationMs
        }),
        { answers: 0, durationMs: 0 }
      )
  const cached = sum('cached')
  const uncached = sum('uncached')
  const misses = uncached.answers + sum('failed').answers
  return {
    hits: cached.answers,
    misses,
    bypasses: sum('bypass').answers,
    hitRate: ratio(cached.answers, cached.answers + misses),
    meanCachedMs: ratio(cached.durationMs, cached.answers),
    meanUncachedMs: ratio(uncached.durationMs, uncached.answers)
  }
}

const ratio = (dividend: number, divisor: number): number | null =>
  divisor === 0 ? null : dividend / divisor
