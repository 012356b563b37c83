import { Value } from '@sinclair/typebox/value'
import t from 'tap'
import type { Outcome } from '../../src/cache/observer.js'
import type { StoreStats } from '../../src/cache/store.js'
import { createTally } from '../../src/telemetry/tally.js'
import { createStatistics, StatsSchema } from '../../src/telemetry/statistics.js'
import { createClock } from '../support/clock.js'

const store: StoreStats = {
  kind: 'redis',
  state: 'up',
  entries: 3,
  usedBytes: 1000,
  maxBytes: 0,
  pendingInvalidations: 0
}

const createAnswered = () => {
  const clock = createClock(0)
  const tally = createTally()
  const statistics = createStatistics({ counts: tally.counts, now: clock.now })
  const answer = (resource: string, outcome: Outcome, durationMs: number): void =>
    tally.answered({
      resource,
      key: undefined,
      outcome,
      status: 200,
      durationMs,
      requestId: undefined,
      traceparent: undefined,
      route: undefined
    })
  return { clock, statistics, answer }
}

t.test('before the first answer every figure is 0 and the quotients are null', async (t) => {
  const { clock, statistics } = createAnswered()
  clock.advance(5000)
  t.strictSame(statistics.snapshot(store), {
    since: '1970-01-01T00:00:00.000Z',
    total: { hits: 0, misses: 0, bypasses: 0, hitRate: null, meanCachedMs: null, meanUncachedMs: null },
    resources: {},
    store
  })
})

t.test(
  'hits and stale hits are hits, whatever went to the origin for want of an entry is a miss',
  async (t) => {
    const { statistics, answer } = createAnswered()
    answer('user_profile', 'hit', 1)
    answer('user_profile', 'stale', 3)
    answer('user_profile', 'miss', 10)
    answer('user_profile', 'collapsed', 20)
    answer('user_profile', 'unproven', 30)
    answer('user_profile', 'store-unavailable', 40)
    t.strictSame(statistics.snapshot(store).resources['user_profile'], {
      hits: 2,
      misses: 4,
      bypasses: 0,
      hitRate: 2 / 6,
      meanCachedMs: 2,
      meanUncachedMs: 25
    })
  }
)

t.test('a failure is a miss that has no part in the mean time', async (t) => {
  const { statistics, answer } = createAnswered()
  answer('user_profile', 'miss', 10)
  answer('user_profile', 'failed', 310_000)
  t.match(statistics.snapshot(store).total, { misses: 2, hitRate: 0, meanUncachedMs: 10 })
})

t.test('bypasses, writes and failures without a row have no part in the hit rate', async (t) => {
  const { statistics, answer } = createAnswered()
  answer('user_profile', 'hit', 1)
  answer('user_projects', 'bypass', 100)
  answer('none', 'bypass', 100)
  answer('none', 'write', 100)
  answer('none', 'failed', 100)
  t.match(statistics.snapshot(store).total, {
    hits: 1,
    misses: 0,
    bypasses: 2,
    hitRate: 1,
    meanCachedMs: 1,
    meanUncachedMs: null
  })
})

t.test('the total is over all resources', async (t) => {
  const { statistics, answer } = createAnswered()
  answer('user_profile', 'hit', 2)
  answer('agency_branches', 'hit', 4)
  answer('agency_branches', 'miss', 50)
  const { total, resources } = statistics.snapshot(store)
  t.match(total, { hits: 2, misses: 1, hitRate: 2 / 3, meanCachedMs: 3, meanUncachedMs: 50 })
  t.match(resources, { user_profile: { hits: 1, misses: 0 }, agency_branches: { hits: 1, misses: 1 } })
})

t.test('what the store does not tell is left out', async (t) => {
  const { statistics } = createAnswered()
  const unknown = { entries: undefined, usedBytes: undefined, maxBytes: undefined }
  t.strictSame(statistics.snapshot({ ...store, state: 'down', ...unknown, pendingInvalidations: 2 }).store, {
    kind: 'redis',
    state: 'down',
    pendingInvalidations: 2
  })
})

t.test('what is told is what its schema says', async (t) => {
  const { statistics, answer } = createAnswered()
  t.ok(Value.Check(StatsSchema.properties.total, statistics.snapshot(store).total), 'before the first answer')
  answer('user_profile', 'hit', 2)
  answer('user_profile', 'miss', 50)
  const { total, resources, store: told } = statistics.snapshot(store)
  t.ok(Value.Check(StatsSchema.properties.total, total))
  t.ok(Value.Check(StatsSchema.properties.resources, resources))
  t.ok(Value.Check(StatsSchema.properties.store, told))
})
