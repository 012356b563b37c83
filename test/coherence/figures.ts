import type { WriteKind } from './writes.js'

/** What a run has seen. */
export interface Figures {
  reads: number
  /** Answers that were older than what had been acknowledged before they were asked for. */
  readonly stale: string[]
  /** Answers of another status than 200, and reads without an answer. */
  readonly failed: string[]
  /** Answers by what their `Cache-Status` says. */
  readonly outcomes: Map<Outcome, number>
  /** Hits by target. */
  readonly hits: Map<string, number>
  /** Acknowledged writes by the way in which they were announced. */
  readonly writes: Map<WriteKind, number>
  /** Invalidations that were answered 202. */
  pending: number
  /** Writes through the proxy whose answer said that their invalidation is pending. */
  unconfirmed: number
}

export const OUTCOMES = ['hit', 'collapsed', 'stored', 'unproven', 'store-unavailable', 'not stored'] as const
export type Outcome = (typeof OUTCOMES)[number]

export const newFigures = (): Figures => ({
  reads: 0,
  stale: [],
  failed: [],
  outcomes: new Map(),
  hits: new Map(),
  writes: new Map(),
  pending: 0,
  unconfirmed: 0
})

export const outcomeOf = (cacheStatus: string): Outcome =>
  OUTCOMES.find((outcome) => cacheStatus.includes(outcome)) ?? 'not stored'

export const addOne = <Name>(counts: Map<Name, number>, name: Name): void => {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}

/** One line for the test's report. */
export const describe = (figures: Figures): string => {
  const { reads, outcomes, writes, pending, unconfirmed, failed, stale } = figures
  const acknowledged = [...writes.values()].reduce((sum, count) => sum + count, 0)
  return [
    `${reads} reads (${listed(outcomes)})`,
    `${acknowledged} acknowledged writes (${listed(writes)})`,
    `${pending} answered 202`,
    `${unconfirmed} unconfirmed`,
    `${failed.length} failed reads`,
    `${stale.length} stale reads`
  ].join(' · ')
}

const listed = (counts: ReadonlyMap<string, number>): string =>
  [...counts].map(([name, count]) => `${name} ${count}`).join(', ')
