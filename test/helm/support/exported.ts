import { invalidationOf } from '../../../src/cache/invalidation.js'
import type { Invalidated, Outcome } from '../../../src/cache/observer.js'
import type { StoreStats } from '../../../src/cache/store.js'
import { Unread } from '../../../src/doors/proxy/unread.js'
import { createMetrics } from '../../../src/telemetry/metrics.js'
import { observeAll } from '../../../src/telemetry/observe.js'

/** Sample names as Prometheus sees them, such as `…_bucket`, with the values of each label. */
export type Samples = ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string>>>

const STATS: StoreStats = {
  kind: 'redis',
  state: 'up',
  entries: 1,
  usedBytes: 1,
  maxBytes: 2,
  pendingInvalidations: 1
}

/** The compiler holds these complete. */
const OUTCOMES = {
  hit: true,
  stale: true,
  miss: true,
  collapsed: true,
  unproven: true,
  'store-unavailable': true,
  bypass: true,
  write: true,
  failed: true,
  'would-hit': true,
  'would-stale': true,
  'would-miss': true
} as const satisfies Record<Outcome, true>
const SOURCES = { control: true, proxy: true, replay: true, outbox: true } as const satisfies Record<
  Invalidated['source'],
  true
>

/** What a sidecar exports to which everything has happened once. */
export const exportedSamples = async (): Promise<Samples> => {
  const { registry, ...metrics } = createMetrics({
    stats: async () => STATS,
    unread: new Unread({ timeoutMs: 60_000 })
  })
  const observer = observeAll([metrics])
  for (const outcome of keysOf(OUTCOMES)) {
    for (const resource of ['none', 'user_profile']) {
      observer.answered({ ...TRACE, resource, key: 'k', outcome, status: 200, durationMs: 1, ageSeconds: 1 })
    }
  }
  observer.bypassed({ resource: 'none', route: undefined, reason: 'no-resource', target: '/', status: 200 })
  for (const source of keysOf(SOURCES)) {
    observer.invalidated({
      source,
      named: invalidationOf({ keys: ['k'] }),
      kinds: ['key'],
      outcome: 'done',
      removed: 1
    })
  }
  for (const status of [200, 0]) observer.originAsked({ resource: 'user_profile', status, durationMs: 1 })
  observer.unstored({ resource: 'user_profile', key: 'k', reason: 'invalidated' })
  observer.storeAsked({ operation: 'read', durationMs: 1 })
  observer.storeFailed({ operation: 'read', kind: 'unreachable', error: new Error('away') })
  observer.storeChanged({ state: 'down', kind: 'unreachable', reason: 'away' })
  observer.tokenRenewed({ expiresAt: 1 })
  observer.tokenNotRenewed({ reason: 'away', failures: 1 })
  observer.epochBegan({ reason: 'no-epoch' })
  observer.audited({ resource: 'user_profile', outcome: 'same' })
  observer.outboxChanged({ state: 'up', wokenBy: 'notification' })
  observer.outboxFailed({ kind: 'unreachable', reason: 'away' })
  observer.outboxTaken({ delaysMs: [1] })
  observer.outboxCounted({ rows: 1, oldestMs: 1 })
  return samplesOf(await registry.metrics())
}

const TRACE = { requestId: undefined, traceparent: undefined, route: undefined }

const keysOf = <Key extends string>(object: Readonly<Record<Key, true>>): readonly Key[] => {
  const keys: Key[] = []
  for (const key in object) keys.push(key)
  return keys
}

const samplesOf = (exposition: string): Samples => {
  const samples = new Map<string, Map<string, Set<string>>>()
  for (const [, name = '', labels = ''] of exposition.matchAll(/^(\w+)(?:\{([^}]*)\})? /gm)) {
    const known = samples.get(name) ?? new Map<string, Set<string>>()
    samples.set(name, known)
    for (const [, label = '', value = ''] of labels.matchAll(/(\w+)="([^"]*)"/g)) {
      known.set(label, (known.get(label) ?? new Set()).add(value))
    }
  }
  return samples
}
