import t from 'tap'
import { createAnalytics } from '../../src/insight/analytics.js'
import { analyticsAnswer } from '../../src/insight/analytics-answer.js'
import { OriginError } from '../../src/cache/errors.js'
import type { Outcome } from '../../src/cache/observer.js'

const open = () => {
  const clock = { now: 0 }
  const analytics = createAnalytics({ elapsed: () => clock.now })
  const { observer } = analytics
  t.teardown(() => analytics.stop())
  const answered = (resource: string, outcome: Outcome, durationMs: number, more: object = {}): void =>
    observer.answered({
      resource,
      route: undefined,
      key: `${resource}:1`,
      outcome,
      status: 200,
      durationMs,
      requestId: undefined,
      traceparent: undefined,
      ...more
    })
  const report = (window: '1m' | '15m' | '24h' = '15m') =>
    analyticsAnswer({ window, pods: ['one'], ...analytics.over(window), day: analytics.over('24h').sum })
  return { clock, analytics, observer, answered, report }
}

t.test('figures per resource and in total', async (t) => {
  const { clock, observer, answered, report } = open()
  clock.now = 30_000
  answered('project', 'hit', 1, { ageSeconds: 10, freshSeconds: 50, bytes: 1000 })
  answered('project', 'stale', 1, { ageSeconds: 70, freshSeconds: -10, bytes: 1000 })
  answered('project', 'collapsed', 90)
  answered('project', 'miss', 100)
  observer.originAsked({ resource: 'project', status: 200, durationMs: 95 })
  answered('profile', 'unproven', 10)
  answered('profile', 'store-unavailable', 20)
  observer.originAsked({ resource: 'profile', status: 200, durationMs: 10 })
  answered('profile', 'failed', 5)
  observer.originAsked({ resource: 'profile', status: 0, durationMs: 5, error: new OriginError('timeout') })
  observer.originFailed({ resource: 'profile', durationMs: 5, error: new OriginError('timeout') })
  observer.unstored({ resource: 'profile', key: 'profile:1', reason: 'set-cookie' })
  answered('none', 'bypass', 300)
  observer.bypassed({ resource: 'none', route: undefined, status: 200, reason: 'no-resource', target: '/x' })
  answered('none', 'write', 300)

  const { total, resources, seconds } = report()
  t.equal(seconds, 30)
  t.match(resources['project'], {
    hits: 1,
    stale: 1,
    misses: 2,
    collapsed: 1,
    hitRate: 0.5,
    bytes: 2000,
    ageSeconds: { count: 2, mean: 40 },
    freshSeconds: { count: 2, mean: 25 },
    cachedMs: { count: 2, mean: 1 },
    uncachedMs: { count: 2, mean: 95 },
    originMs: { count: 1, mean: 95 },
    saved: { requests: 3, seconds: 0.285 }
  })
  t.match(resources['profile'], {
    misses: 2,
    unproven: 1,
    failed: 1,
    hitRate: 0,
    originMs: { count: 1 },
    originFailures: 1,
    unstored: { 'set-cookie': 1 },
    saved: { requests: 0, seconds: 0 }
  })
  t.match(resources['none'], { hitRate: null, bypasses: { 'no-resource': 1 }, saved: { seconds: null } })
  t.match(total, {
    hits: 1,
    stale: 1,
    misses: 4,
    failed: 1,
    bytes: 2000,
    saved: { requests: 3, seconds: 0.285 }
  })
  t.equal(total.hitRate, 2 / 7)
})

t.test('time saved is told by the mean of the day where the origin was not asked since', async (t) => {
  const { clock, observer, answered, report, analytics } = open()
  answered('project', 'miss', 100)
  observer.originAsked({ resource: 'project', status: 200, durationMs: 100 })
  clock.now += 120_000
  analytics.over('1m')
  answered('project', 'hit', 1)
  t.match(report('1m').resources['project'], { originMs: { count: 0, mean: null }, saved: { seconds: 0.1 } })
})

t.test('hot keys are those of the last half hour', async (t) => {
  const { analytics, answered } = open()
  answered('project', 'hit', 1)
  answered('project', 'miss', 1)
  answered('profile', 'hit', 1)
  answered('none', 'bypass', 1, { key: undefined })
  const { keys, total } = analytics.hotKeys(10)
  t.equal(total, 3)
  t.strictSame(keys, [
    { key: 'project:1', resource: 'project', count: 2, error: 0 },
    { key: 'profile:1', resource: 'profile', count: 1, error: 0 }
  ])
  t.equal(analytics.hotKeys(1).keys.length, 1)
})
