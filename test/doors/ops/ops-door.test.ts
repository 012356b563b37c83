import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { Registry } from 'prom-client'
import t from 'tap'
import type { Test } from 'tap'
import type { StoreStats } from '../../../src/cache/store.js'
import { createServerFactory } from '../../../src/doors/server-factory.js'
import { createOpsDoor } from '../../../src/doors/ops/ops-door.js'
import type { OpsDoorOptions } from '../../../src/doors/ops/ops-door.js'
import { createLogger } from '../../../src/telemetry/logger.js'
import { Unread } from '../../../src/doors/proxy/unread.js'
import { createMetrics } from '../../../src/telemetry/metrics.js'
import { get, http } from '../../support/http.js'
import { collectLines } from '../../support/log-lines.js'

const up: StoreStats = {
  kind: 'redis',
  state: 'up',
  entries: 7,
  usedBytes: 25,
  maxBytes: 100,
  pendingInvalidations: 0
}

const listen = async (t: Test, options: Partial<OpsDoorOptions> = {}) => {
  const { destination, lines } = collectLines()
  const door = createOpsDoor({
    serverFactory: createServerFactory({ timeoutMs: 60_000 }),
    isReady: () => true,
    stats: async () => up,
    registry: new Registry(),
    loggerInstance: createLogger({ level: 'warn', destination }),
    ...options
  })
  t.teardown(() => door.close())
  return { url: await door.listen({ host: '127.0.0.1', port: 0 }), lines }
}

t.test('a running sidecar is live, ready or not', async (t) => {
  const { url } = await listen(t, { isReady: () => false })
  t.equal((await get(`${url}/live`)).status, 200)
})

t.test('a ready sidecar says so and shows the state of the store', async (t) => {
  const { url } = await listen(t)
  const answer = await get(`${url}/ready`)
  t.equal(answer.status, 200)
  t.strictSame(answer.json(), { status: 'ready', store: 'up' })
})

t.test('readiness is asked at each probe and fails with a reason', async (t) => {
  let isReady = true
  const { url } = await listen(t, { isReady: () => isReady })
  t.equal((await get(`${url}/ready`)).status, 200)
  isReady = false
  const answer = await get(`${url}/ready`)
  t.equal(answer.status, 503)
  t.strictSame(answer.json(), { status: 'not ready', reason: 'starting or shutting down' })
})

t.test('a sidecar whose store is down, fails or hangs is ready', async (t) => {
  const stores: OpsDoorOptions['stats'][] = [
    async () => ({ ...up, state: 'down' }),
    () => Promise.reject(new Error('no')),
    () => new Promise(() => undefined)
  ]
  for (const stats of stores) {
    const { url } = await listen(t, { stats })
    const answer = await get(`${url}/ready`)
    t.equal(answer.status, 200)
    t.strictSame(answer.json(), { status: 'ready', store: 'down' })
  }
})

t.test('metrics are those of the registry, in the text format of Prometheus', async (t) => {
  const { registry } = createMetrics({
    stats: async () => up,
    unread: new Unread({ timeoutMs: 60_000 })
  })
  const { url } = await listen(t, { registry })
  const answer = await get(`${url}/metrics`)
  t.equal(answer.status, 200)
  t.equal(answer.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8')
  t.match(answer.text(), /^spms_cache_store_memory_used_ratio 0\.25$/m)
})

t.test('anything else is a problem', async (t) => {
  const { url } = await listen(t)
  const cases = [
    { path: '/', method: 'GET', status: 404 },
    { path: '/v1/stats', method: 'GET', status: 404 },
    { path: '/live', method: 'POST', status: 405 },
    { path: '/%zz', method: 'GET', status: 400 }
  ]
  for (const { path, method, status } of cases) {
    const answer = await http(url + path, { method })
    t.equal(answer.status, status, `${method} ${path}`)
    t.match(answer.headers['content-type'], /^application\/problem\+json/)
    t.match(answer.json(), { type: 'about:blank', title: String, status })
  }
})

t.test('a failure of the metrics is a problem that tells the caller nothing, and is logged', async (t) => {
  const registry = new Registry()
  registry.metrics = () => Promise.reject(new Error('inner detail'))
  const { url, lines } = await listen(t, { registry })
  const answer = await get(`${url}/metrics`)
  t.equal(answer.status, 500)
  t.notMatch(answer.text(), /inner detail/)
  t.match(lines, [{ level: 'error', err: { message: 'inner detail' } }])
})

t.test('bytes that are no HTTP are refused', async (t) => {
  const { url } = await listen(t)
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.end('nonsense\r\n\r\n')
  t.match(await text(socket), /^HTTP\/1\.1 400 /)
})
