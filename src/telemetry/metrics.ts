import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client'
import { ANSWERED_BY } from '../cache/answered-by.js'
import type { Observer } from '../cache/observer.js'
import { registerBuildInfo } from './build-info.js'
import { Durations } from './durations.js'
import { createPathLabels } from './path-labels.js'
import { createOutboxMetrics, type OutboxMetrics } from './outbox-metrics.js'
import { createTally, type Tally } from './tally.js'
import { createTokenMetrics } from './token-metrics.js'
import { type ReadStats, registerStoreGauges } from './store-stats.js'

export const PREFIX = 'spms_cache_'

/** Seconds, up to the longest life that a row gives. */
const AGES = [1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 86_400]
/** Names of paths without a row: the API of SPMS has some 150, most of which are written to. */
const PATHS_MAX = 100

export interface Metrics extends Partial<Observer>, Pick<OutboxMetrics, 'outboxStats'> {
  readonly registry: Registry
  /** For `createStatistics`. */
  readonly counts: Tally['counts']
}

export interface MetricsOptions {
  /** Asked at every scrape, for a bounded time. */
  readonly stats: ReadStats
  /** Answers that callers do not read. */
  readonly unread: { readonly bytes: number; readonly refused: number }
}

/** Prometheus metrics in a registry of their own. */
export const createMetrics = ({ stats, unread }: MetricsOptions): Metrics => {
  const tally = createTally()
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry, prefix: PREFIX })
  registerBuildInfo(registry, PREFIX)
  registerStoreGauges(registry, PREFIX, stats)

  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Counter({ name: PREFIX + name, help, labelNames, registers })
  const durationsOf = (name: string, help: string, label: string): Durations =>
    new Durations({ name: PREFIX + name, help, label, registry })

  new Counter({
    name: `${PREFIX}requests_total`,
    help: 'Requests answered at the proxy, by resource and outcome.',
    labelNames: ['resource', 'outcome'],
    registers,
    collect() {
      this.reset()
      for (const [resource, byOutcome] of tally.counts) {
        for (const [outcome, { answers }] of byOutcome) this.inc({ resource, outcome }, answers)
      }
    }
  })
  new Gauge({
    name: `${PREFIX}unread_bytes`,
    help: 'Bodies of stored answers that were handed over and not taken yet.',
    registers,
    collect() {
      this.set(unread.bytes)
    }
  })
  new Counter({
    name: `${PREFIX}reads_refused_total`,
    help: 'Reads that were answered 503 because callers do not read their answers.',
    registers,
    collect() {
      this.reset()
      this.inc(unread.refused)
    }
  })
  const durations = durationsOf(
    'request_duration_seconds',
    'Time to the answer, by where it came from.',
    'answer'
  )
  const ages = new Durations({
    name: `${PREFIX}answer_age_seconds`,
    help: 'Age of what was answered from the store.',
    label: 'resource',
    registry,
    buckets: AGES
  })
  const bypasses = counter('bypasses_total', 'Reads that were not looked up.', ['resource', 'path', 'reason'])
  const pathOf = createPathLabels({ limit: PATHS_MAX })
  const originRequests = counter('origin_requests_total', 'Requests to the origin, by status class.', [
    'resource',
    'status'
  ])
  const brokenOff = counter(
    'origin_answers_broken_off_total',
    'Answers of the origin that ended before their end.',
    ['resource']
  )
  const originDurations = durationsOf('origin_request_duration_seconds', 'Time the origin took.', 'resource')
  const storeErrors = counter('store_errors_total', 'Failed store operations.', ['operation'])
  const storeDurations = durationsOf(
    'store_operation_duration_seconds',
    'Time of store operations.',
    'operation'
  )
  const storeTransitions = counter('store_transitions_total', 'Times the store went up or down.', ['state'])
  const invalidations = counter('invalidations_total', 'Invalidations, by what they named.', [
    'kind',
    'source',
    'outcome'
  ])
  const folded = counter(
    'invalidations_folded_total',
    'Invalidations that came too often and were carried out as one.',
    ['cause']
  )
  const removed = counter('invalidated_entries_total', 'Entries that invalidations removed.', [
    'kind',
    'source'
  ])
  const fillsDropped = counter('fills_dropped_total', 'Storable answers that were not stored.', ['reason'])
  const unstored = counter('answers_unstored_total', 'Answers to cacheable reads that were not stored.', [
    'resource',
    'reason'
  ])
  const compressions = counter('compressions_total', 'Bodies that were to be compressed for the store.', [
    'coding',
    'outcome'
  ])
  const audits = counter(
    'audits_total',
    'Answers from the cache that were compared with one of the origin.',
    ['resource', 'outcome']
  )
  const epochs = counter('epochs_begun_total', 'Times that every older entry became unreadable.', [])

  return {
    registry,
    counts: tally.counts,
    ...createTokenMetrics(registry, PREFIX),
    ...createOutboxMetrics(registry, PREFIX),
    answered: (event) => {
      tally.answered(event)
      durations.record(ANSWERED_BY[event.outcome], event.durationMs)
      if (event.ageSeconds !== undefined) ages.record(event.resource, event.ageSeconds * 1000)
    },
    bypassed: ({ resource, route, reason, target, status }) => {
      bypasses.inc({ resource, path: route ?? pathOf(target, status), reason })
    },
    unstored: ({ resource, reason }) => {
      unstored.inc({ resource, reason })
      if (reason === 'invalidated') fillsDropped.inc({ reason: 'refused' })
      if (reason === 'store-error') fillsDropped.inc({ reason })
    },
    compressed: ({ coding, outcome }) => compressions.inc({ coding, outcome }),
    originAsked: ({ resource, status, durationMs, error }) => {
      originRequests.inc({ resource, status: status === 0 ? 'none' : `${Math.floor(status / 100)}xx` })
      // It has had no time at the origin.
      if (error?.kind !== 'overloaded') originDurations.record(resource, durationMs)
    },
    originBrokeOff: ({ resource }) => brokenOff.inc({ resource }),
    invalidated: ({ kinds, source, outcome, removed: entries }) => {
      const kind = new Set(kinds).size > 1 ? 'several' : (kinds[0] ?? 'none')
      invalidations.inc({ kind, source, outcome })
      removed.inc({ kind, source }, entries)
    },
    invalidationsFolded: ({ cause, count }) => folded.inc({ cause }, count),
    storeFailed: ({ operation }) => storeErrors.inc({ operation }),
    storeAsked: ({ operation, durationMs }) => storeDurations.record(operation, durationMs),
    storeChanged: ({ state }) => storeTransitions.inc({ state }),
    epochBegan: () => epochs.inc(),
    audited: ({ resource, outcome }) => audits.inc({ resource, outcome })
  }
}
