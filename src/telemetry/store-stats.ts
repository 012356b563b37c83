import { Gauge, type Registry } from 'prom-client'
import type { StoreStats } from '../cache/store.js'

export type ReadStats = () => Promise<StoreStats>
type StatsInTime = Promise<StoreStats | undefined>

/** Long enough for any healthy store, short enough for a probe that waits one second. */
const LIMIT_MS = 250

/**
 * The stats within a bounded time; `undefined` when the store has not given them by then. Callers share the
 * request that is under way, so a store that hangs is never asked twice at a time.
 */
export const withinLimit = (stats: ReadStats, limitMs = LIMIT_MS): (() => StatsInTime) => {
  let underWay: StatsInTime | undefined

  const ask = (): StatsInTime =>
    stats()
      .catch(() => undefined)
      .finally(() => {
        underWay = undefined
      })

  return () =>
    new Promise((resolve) => {
      const timer = setTimeout(() => resolve(undefined), limitMs)
      underWay ??= ask()
      void underWay.then((result) => {
        clearTimeout(timer)
        resolve(result)
      })
    })
}

/** Gauges that are read from the store at each scrape. What the store does not tell is left out, never 0. */
export const registerStoreGauges = (registry: Registry, prefix: string, stats: ReadStats): void => {
  const read = withinLimit(stats)
  for (const [name, help, valueOf] of GAUGES) {
    new Gauge({
      name: prefix + name,
      help,
      registers: [registry],
      async collect() {
        const value = valueOf(await read())
        if (value === undefined) this.remove()
        else this.set(value)
      }
    })
  }
}

type ValueOf = (stats: StoreStats | undefined) => number | undefined

const memoryUsed: ValueOf = (stats) =>
  stats?.usedBytes !== undefined && stats.maxBytes ? stats.usedBytes / stats.maxBytes : undefined

/** Name, help and value. */
const GAUGES: readonly (readonly [string, string, ValueOf])[] = [
  [
    'store_up',
    '1 while the store answers, 0 while reads go to the origin.',
    (stats) => (stats?.state === 'up' ? 1 : 0)
  ],
  ['store_entries', 'Entries in the embedded store; Redis does not count them.', (stats) => stats?.entries],
  ['store_memory_used_bytes', 'Memory that the store uses.', (stats) => stats?.usedBytes],
  ['store_memory_max_bytes', 'Memory that the store may use; 0 is no limit.', (stats) => stats?.maxBytes],
  ['store_memory_used_ratio', 'Share of the memory limit in use; absent without a limit.', memoryUsed],
  [
    'invalidations_pending',
    'Invalidations in the journal that the store has not seen yet.',
    (stats) => stats?.pendingInvalidations
  ]
]
