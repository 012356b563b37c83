import { Gauge } from 'prom-client'
import type { Registry } from 'prom-client'
import type { StoreStats } from '../cache/store.js'
import { withinLimit } from './store-stats.js'
import type { ReadStats } from './store-stats.js'

export interface StoreGaugesOptions {
  readonly registry: Registry
  readonly prefix: string
  readonly stats: ReadStats
}

/** Gauges that are read from the store at each scrape. What the store does not tell is left out, never 0. */
export const registerStoreGauges = ({ registry, prefix, stats }: StoreGaugesOptions): void => {
  const read = withinLimit(stats)
  for (const { name, help, valueOf } of GAUGES) {
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

interface StoreGauge {
  readonly name: string
  readonly help: string
  readonly valueOf: (stats: StoreStats | undefined) => number | undefined
}

const GAUGES: readonly StoreGauge[] = [
  {
    name: 'store_up',
    help: '1 while the store answers, 0 while reads go to the origin.',
    valueOf: (stats) => (stats?.state === 'up' ? 1 : 0)
  },
  {
    name: 'store_entries',
    help: 'Entries in the embedded store; Redis does not count them.',
    valueOf: (stats) => stats?.entries
  },
  {
    name: 'store_memory_used_bytes',
    help: 'Memory that the store uses.',
    valueOf: (stats) => stats?.usedBytes
  },
  {
    name: 'store_memory_max_bytes',
    help: 'Memory that the store may use; 0 is no limit.',
    valueOf: (stats) => stats?.maxBytes
  },
  {
    name: 'store_memory_used_ratio',
    help: 'Share of the memory limit in use; absent without a limit.',
    valueOf: (stats) =>
      stats?.usedBytes !== undefined && stats.maxBytes ? stats.usedBytes / stats.maxBytes : undefined
  },
  {
    name: 'invalidations_pending',
    help: 'Invalidations in the journal that the store has not seen yet.',
    valueOf: (stats) => stats?.pendingInvalidations
  }
]
