import type { Database } from './database.js'
import type { Sessions } from './sessions.js'
import type { CommitAt } from './wishes.js'

/** All that a running sample origin remembers and obeys. */
export interface State {
  database: Database
  sessions: Sessions
  counters: Counters
  fail: Failure | undefined
  latency: Latency
  readonly commitAt: CommitAt
  readonly isCsrfChecked: boolean
  readonly allowedHosts: readonly string[] | undefined
  readonly random: () => number
}

/** What every request gets while it is set, before anything is read or written. */
export type Failure = { readonly status: number } | 'hang' | 'reset'

/** A span from which each delay is drawn, or a function: milliseconds, or a promise to wait for. */
export type Latency =
  { readonly minMs: number; readonly maxMs: number } | ((request: Arrival) => number | Promise<unknown>)

export interface Arrival {
  readonly method: string
  /** Path and query. */
  readonly target: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

/** Per path without query, counted when the request arrives. */
export interface Counters {
  readonly requests: Map<string, number>
  /** Requests whose connection closed before their answer had ended. */
  readonly aborted: Map<string, number>
}

export const newCounters = (): Counters => ({ requests: new Map(), aborted: new Map() })

export const count = (counts: Map<string, number>, path: string): void => {
  counts.set(path, (counts.get(path) ?? 0) + 1)
}

export const countOf = (counts: ReadonlyMap<string, number>, path: string | undefined): number => {
  if (path !== undefined) return counts.get(path) ?? 0
  return [...counts.values()].reduce((sum, each) => sum + each, 0)
}
