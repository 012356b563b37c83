import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client'
import type { Observer, Outcome } from '../cache/observer.js'
import type { ReadFigures } from './store-figures.js'
import { registerStoreGauges } from './store-gauges.js'
import type { Tally } from './tally.js'

export const PREFIX = 'spms_cache_'

export interface Metrics extends Partial<Observer> {
  readonly registry: Registry
}

export interface MetricsOptions {
  readonly counts: Tally['counts']
  /** Asked at every scrape, for a bounded time. */
  readonly figures: ReadFigures
}

/** Prometheus metrics in a registry of their own. */
export const createMetrics = ({ counts, figures }: MetricsOptions): Metrics => {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry, prefix: PREFIX })
  registerStoreGauges({ registry, prefix: PREFIX, figures })

  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Counter({ name: PREFIX + name, help, labelNames, registers })
  const histogram = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Histogram({ name: PREFIX + name, help, labelNames, buckets: BUCKETS, registers })

  new Counter({
    name: `${PREFIX}requests_total`,
    help: 'Requests answered at the proxy, by resource and outcome.',
    labelNames: ['resource', 'outcome'],
    registers,
    collect() {
      this.reset()
      for (const [resource, byOutcome] of counts) {
        for (const [outcome, { answers }] of byOutcome) this.inc({ resource, outcome }, answers)
      }
    }
  })
  const durations = histogram('request_duration_seconds', 'Time to the answer, by where it came from.', [
    'answer'
  ])
  const originRequests = counter('origin_requests_total', 'Requests to the origin, by status class.', [
    'resource',
    'status'
  ])
  const originDurations = histogram('origin_request_duration_seconds', 'Time the origin took.', ['resource'])
  const storeErrors = counter('store_errors_total', 'Failed store operations.', ['operation'])
  const storeDurations = histogram('store_operation_duration_seconds', 'Time of store operations.', [
    'operation'
  ])
  const storeTransitions = counter('store_transitions_total', 'Times the store went up or down.', ['state'])
  const invalidations = counter('invalidations_total', 'Invalidations, by what they named.', [
    'kind',
    'source',
    'outcome'
  ])
  const removed = counter('invalidated_entries_total', 'Entries that invalidations removed.', [
    'kind',
    'source'
  ])
  const fillsDropped = counter('fills_dropped_total', 'Storable answers that were not stored.', ['reason'])
  const epochs = counter('epochs_begun_total', 'Times that every older entry became unreadable.', [])

  const answers = {
    cached: durations.labels('cached'),
    uncached: durations.labels('uncached'),
    forwarded: durations.labels('forwarded'),
    failed: durations.labels('failed')
  }
  const storeOperation = remember((operation) => storeDurations.labels(operation))

  return {
    registry,
    answered: ({ outcome, durationMs }) => answers[ANSWERS[outcome]].observe(durationMs / 1000),
    fillDropped: ({ reason }) => fillsDropped.inc({ reason }),
    originAsked: ({ resource, status, durationMs }) => {
      originRequests.inc({ resource, status: status === 0 ? 'none' : `${Math.floor(status / 100)}xx` })
      originDurations.observe({ resource }, durationMs / 1000)
    },
    invalidated: ({ kinds, source, outcome, removed: entries }) => {
      const kind = new Set(kinds).size > 1 ? 'several' : (kinds[0] ?? 'none')
      invalidations.inc({ kind, source, outcome })
      removed.inc({ kind, source }, entries)
    },
    storeFailed: ({ operation }) => storeErrors.inc({ operation }),
    storeAsked: ({ operation, durationMs }) => storeOperation(operation).observe(durationMs / 1000),
    storeChanged: ({ state }) => storeTransitions.inc({ state }),
    epochBegan: () => epochs.inc()
  }
}

/** Seconds. Finest where hits are, then around the targets for hits (10 ms) and misses (10–50 ms). */
const BUCKETS = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60, 300]

const ANSWERS = {
  hit: 'cached',
  stale: 'cached',
  miss: 'uncached',
  collapsed: 'uncached',
  unproven: 'uncached',
  'store-unavailable': 'uncached',
  bypass: 'forwarded',
  write: 'forwarded',
  failed: 'failed'
} as const satisfies Record<Outcome, string>

/** A labelled child costs more to find than to use, and a hit uses one. */
const remember = <Child>(make: (label: string) => Child): ((label: string) => Child) => {
  const children = new Map<string, Child>()
  return (label) => {
    const known = children.get(label)
    if (known !== undefined) return known
    const child = make(label)
    children.set(label, child)
    return child
  }
}
