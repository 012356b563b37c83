import { invalidationOf } from '../../src/cache/invalidation.js'
import t from 'tap'
import { OriginError } from '../../src/cache/errors.js'
import type { StoreStats } from '../../src/cache/store.js'
import { createMetrics } from '../../src/telemetry/metrics.js'
import { observeAll } from '../../src/telemetry/observe.js'
import type { ReadStats } from '../../src/telemetry/store-stats.js'

const NAMED = invalidationOf({ tags: ['a'] })

const up: StoreStats = {
  kind: 'redis',
  state: 'up',
  entries: 7,
  usedBytes: 25,
  maxBytes: 100,
  pendingInvalidations: 2
}

const UNREAD = { bytes: 2_000_000, refused: 3 }

const createObserved = (stats: ReadStats = async () => up) => {
  const metrics = createMetrics({ stats, unread: UNREAD })
  const scrape = async (): Promise<string[]> =>
    (await metrics.registry.metrics()).split('\n').map((line) => line.replace('spms_cache_', ''))
  return { observer: observeAll([metrics]), scrape }
}

const answered = {
  resource: 'user_profile',
  key: 'k',
  status: 200,
  durationMs: 3,
  requestId: undefined,
  traceparent: undefined,
  route: undefined
} as const

t.test('requests are counted by resource and outcome, the same at the next scrape', async (t) => {
  const { observer, scrape } = createObserved()
  observer.answered({ ...answered, outcome: 'hit' })
  observer.answered({ ...answered, outcome: 'hit' })
  observer.answered({ ...answered, outcome: 'miss' })
  for (const lines of [await scrape(), await scrape()]) {
    t.ok(lines.includes('requests_total{resource="user_profile",outcome="hit"} 2'))
    t.ok(lines.includes('requests_total{resource="user_profile",outcome="miss"} 1'))
  }
})

t.test('bypasses are counted by the path of their row, or a bounded name of their own', async (t) => {
  const { observer, scrape } = createObserved()
  const bypass = { resource: 'none', route: undefined, reason: 'no-resource', status: 200 } as const
  for (const id of [1, 2, 3]) observer.bypassed({ ...bypass, target: `/api/v1/projects/${id}` })
  observer.bypassed({ ...bypass, target: '/api/v1/none', status: 404 })
  const search = { resource: 'branches', route: '/api/v1/agencies/branches', reason: 'search' } as const
  observer.bypassed({ ...search, target: '/api/v1/agencies/branches?searchTerm=a', status: 200 })
  const lines = await scrape()
  for (const [resource, path, reason, count] of [
    ['none', '/api/v1/projects/{id}', 'no-resource', 3],
    ['none', 'other', 'no-resource', 1],
    ['branches', '/api/v1/agencies/branches', 'search', 1]
  ] as const) {
    t.ok(
      lines.includes(`bypasses_total{resource="${resource}",path="${path}",reason="${reason}"} ${count}`),
      path
    )
  }
})

t.test('the age of what was stored is measured, and of nothing else', async (t) => {
  const { observer, scrape } = createObserved()
  observer.answered({ ...answered, outcome: 'hit', ageSeconds: 40 })
  observer.answered({ ...answered, outcome: 'hit', ageSeconds: 0 })
  observer.answered({ ...answered, outcome: 'miss', ageSeconds: undefined })
  const lines = await scrape()
  t.ok(lines.includes('answer_age_seconds_bucket{le="30",resource="user_profile"} 1'))
  t.ok(lines.includes('answer_age_seconds_bucket{le="60",resource="user_profile"} 2'))
  t.ok(lines.includes('answer_age_seconds_sum{resource="user_profile"} 40'))
})

t.test('durations of cached, uncached, forwarded and failed answers are apart', async (t) => {
  const { observer, scrape } = createObserved()
  observer.answered({ ...answered, outcome: 'hit', durationMs: 3 })
  observer.answered({ ...answered, outcome: 'stale', durationMs: 4 })
  observer.answered({ ...answered, outcome: 'collapsed', durationMs: 30 })
  observer.answered({ ...answered, outcome: 'bypass', durationMs: 700 })
  observer.answered({ ...answered, outcome: 'failed', durationMs: 5 })
  const lines = await scrape()
  t.ok(lines.includes('request_duration_seconds_bucket{le="0.002",answer="cached"} 0'))
  t.ok(lines.includes('request_duration_seconds_bucket{le="0.005",answer="cached"} 2'))
  t.ok(lines.includes('request_duration_seconds_sum{answer="cached"} 0.007'))
  t.ok(lines.includes('request_duration_seconds_sum{answer="uncached"} 0.03'))
  t.ok(lines.includes('request_duration_seconds_sum{answer="forwarded"} 0.7'))
  t.ok(lines.includes('request_duration_seconds_count{answer="failed"} 1'))
})

t.test('origin requests are counted by status class, none without an answer', async (t) => {
  const { observer, scrape } = createObserved()
  observer.originAsked({ resource: 'user_profile', status: 204, durationMs: 20 })
  observer.originAsked({ resource: 'user_profile', status: 503, durationMs: 20 })
  observer.originAsked({ resource: 'none', status: 0, durationMs: 20 })
  observer.originAsked({ resource: 'full', status: 0, durationMs: 0, error: new OriginError('overloaded') })
  const lines = await scrape()
  t.ok(lines.includes('origin_requests_total{resource="user_profile",status="2xx"} 1'))
  t.ok(lines.includes('origin_requests_total{resource="user_profile",status="5xx"} 1'))
  t.ok(lines.includes('origin_requests_total{resource="none",status="none"} 1'))
  t.ok(lines.includes('origin_request_duration_seconds_sum{resource="user_profile"} 0.04'))
  t.ok(lines.includes('origin_requests_total{resource="full",status="none"} 1'))
  t.notOk(
    lines.some((line) => line.includes('duration_seconds') && line.includes('"full"')),
    'what was refused here has had no time there'
  )
})

t.test('what callers do not read is told, and how many reads had no room', async (t) => {
  const { scrape } = createObserved()
  for (const lines of [await scrape(), await scrape()]) {
    t.ok(lines.includes('unread_bytes 2000000'))
    t.ok(lines.includes('reads_refused_total 3'))
  }
})

t.test('invalidations and removed entries are counted by kind and source', async (t) => {
  const { observer, scrape } = createObserved()
  observer.invalidated({ named: NAMED, source: 'control', kinds: ['tag'], outcome: 'done', removed: 5 })
  observer.invalidated({
    named: NAMED,
    source: 'control',
    kinds: ['tag', 'tag'],
    outcome: 'done',
    removed: 1
  })
  observer.invalidated({
    named: NAMED,
    source: 'proxy',
    kinds: ['tag', 'key'],
    outcome: 'pending',
    removed: 0
  })
  const lines = await scrape()
  t.ok(lines.includes('invalidations_total{kind="tag",source="control",outcome="done"} 2'))
  t.ok(lines.includes('invalidations_total{kind="several",source="proxy",outcome="pending"} 1'))
  t.ok(lines.includes('invalidated_entries_total{kind="tag",source="control"} 6'))
})

t.test('store operations, errors, transitions, dropped fills and epochs are counted', async (t) => {
  const { observer, scrape } = createObserved()
  observer.storeAsked({ operation: 'read', durationMs: 1 })
  observer.storeAsked({ operation: 'read', durationMs: 1 })
  observer.storeFailed({ operation: 'commit', kind: 'other', error: new Error('no') })
  observer.storeChanged({ state: 'down', kind: 'other', reason: 'no' })
  observer.unstored({ resource: 'branches', key: 'k', reason: 'invalidated' })
  observer.unstored({ resource: 'branches', key: 'k', reason: 'no-store' })
  observer.epochBegan({ reason: 'no-epoch' })
  observer.compressed({ resource: 'branches', coding: 'br', outcome: 'larger' })
  const lines = await scrape()
  t.ok(lines.includes('store_operation_duration_seconds_count{operation="read"} 2'))
  t.ok(lines.includes('store_errors_total{operation="commit"} 1'))
  t.ok(lines.includes('store_transitions_total{state="down"} 1'))
  t.ok(lines.includes('fills_dropped_total{reason="refused"} 1'))
  t.ok(lines.includes('answers_unstored_total{resource="branches",reason="no-store"} 1'))
  t.ok(lines.includes('epochs_begun_total 1'))
  t.ok(lines.includes('compressions_total{coding="br",outcome="larger"} 1'))
})

t.test('the stats of the store are read once per scrape', async (t) => {
  let asked = 0
  const { scrape } = createObserved(async () => {
    asked++
    return up
  })
  const lines = await scrape()
  t.equal(asked, 1)
  t.ok(lines.includes('store_up 1'))
  t.ok(lines.includes('store_entries 7'))
  t.ok(lines.includes('store_memory_used_bytes 25'))
  t.ok(lines.includes('store_memory_max_bytes 100'))
  t.ok(lines.includes('store_memory_used_ratio 0.25'))
  t.ok(lines.includes('invalidations_pending 2'))
})

t.test('a store that is down shows as 0 and its unknown stats are left out, until it is back', async (t) => {
  let current: StoreStats = up
  const { scrape } = createObserved(async () => current)
  await scrape()
  current = { ...up, state: 'down', entries: undefined, usedBytes: undefined, maxBytes: undefined }
  const lines = await scrape()
  t.ok(lines.includes('store_up 0'))
  t.ok(lines.includes('invalidations_pending 2'))
  t.notOk(lines.some((line) => /^store_(entries|memory)/.test(line)))
  current = up
  t.ok((await scrape()).includes('store_entries 7'))
})

t.test('without a limit of memory there is no share', async (t) => {
  const { scrape } = createObserved(async () => ({ ...up, maxBytes: 0 }))
  const lines = await scrape()
  t.ok(lines.includes('store_memory_max_bytes 0'))
  t.notOk(lines.some((line) => line.startsWith('store_memory_used_ratio ')))
})

t.test('a store that hangs does not hang the scrape', async (t) => {
  const { scrape } = createObserved(() => new Promise(() => undefined))
  t.ok((await scrape()).includes('store_up 0'))
})

t.test('the process itself is measured, the lag of its event loop too', async (t) => {
  const { scrape } = createObserved()
  const lines = await scrape()
  t.ok(lines.some((line) => line.startsWith('nodejs_eventloop_lag_p99_seconds ')))
  t.ok(lines.some((line) => line.startsWith('process_resident_memory_bytes ')))
})

t.test('every name has the prefix, and units as Prometheus wants them', async (t) => {
  const metrics = createMetrics({ stats: async () => up, unread: UNREAD })
  const names = metrics.registry.getMetricsAsArray().map(({ name }) => name)
  t.ok(names.every((name) => name.startsWith('spms_cache_')))
  t.notOk(names.some((name) => /_(ms|milliseconds|kb|count)$/.test(name)))
})
