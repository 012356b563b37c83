import { hostname } from 'node:os'
import t, { type Test } from 'tap'
import { createAnalytics } from '../../../src/insight/analytics.js'
import { createAuditReport } from '../../../src/insight/audit-report.js'
import { Figures } from '../../../src/insight/figures.js'
import { isProblem, openDoor } from './open-door.js'

const ANSWERED = {
  resource: 'project',
  route: '/projects/{id}',
  key: 'project:1',
  outcome: 'hit',
  status: 200,
  durationMs: 2,
  requestId: undefined,
  traceparent: undefined
} as const

const openCounting = async (t: Test) => {
  const clock = { now: 0 }
  const analytics = createAnalytics({ elapsed: () => clock.now })
  t.teardown(() => analytics.stop())
  const others = async () => {
    const sum = new Figures()
    sum.of('project').answered({ ...ANSWERED, outcome: 'miss' })
    return [{ id: '2', pod: 'other', ms: 50_000, sum }]
  }
  const audit = createAuditReport(Date.now)
  const door = await openDoor(t, { analytics: { ...analytics, others }, audit: audit.snapshot })
  for (let hit = 0; hit < 3; hit++) analytics.observer.answered(ANSWERED)
  return { ...door, clock, audit }
}

t.test('figures of a window, of this pod or of all', async (t) => {
  const { call, clock } = await openCounting(t)
  clock.now = 12_000
  t.match((await call('GET', '/v1/analytics')).json(), {
    window: '15m',
    seconds: 12,
    pods: [hostname()],
    total: { hits: 3, misses: 0, hitRate: 1, cachedMs: { count: 3, mean: 2 } },
    resources: { project: { hits: 3 } },
    invalidations: []
  })
  t.match((await call('GET', '/v1/analytics?window=24h&pods=all')).json(), {
    window: '24h',
    seconds: 50,
    pods: [hostname(), 'other'],
    total: { hits: 3, misses: 1, hitRate: 0.75 }
  })
  t.match(
    (await call('GET', '/v1/analytics')).json(),
    { total: { misses: 0 } },
    'theirs are not added to ours'
  )
})

t.test('hot keys', async (t) => {
  const { call } = await openCounting(t)
  t.strictSame((await call('GET', '/v1/hot-keys?count=5')).json(), {
    seconds: 0,
    lookups: 3,
    keys: [{ key: 'project:1', resource: 'project', count: 3, error: 0 }]
  })
})

t.test('the audit', async (t) => {
  const { call, audit } = await openCounting(t)
  audit.observer.audited({ resource: 'project', outcome: 'same' })
  t.match((await call('GET', '/v1/audit')).json(), {
    resources: { project: { outcomes: { same: 1 }, staleShare: { low: 0 } } },
    findings: []
  })
})

t.test('bad input names the parameter', async (t) => {
  const { call } = await openCounting(t)
  isProblem(t, await call('GET', '/v1/analytics?window=2h'), 400, 'window')
  isProblem(t, await call('GET', '/v1/analytics?pods=some'), 400, 'pods')
  isProblem(t, await call('GET', '/v1/hot-keys?count=0'), 400, 'count')
  isProblem(t, await call('GET', '/v1/audit?x=1'), 400, 'x')
})

t.test('where nothing is counted, there is no such path', async (t) => {
  const { call } = await openDoor(t)
  isProblem(t, await call('GET', '/v1/analytics'), 404)
  t.equal((await call('GET', '/v1/audit')).status, 200)
})
