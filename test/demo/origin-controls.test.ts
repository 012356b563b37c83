import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import type { Arrival } from '../../demo/origin/state.js'
import { startOrigin, valueIn } from './start-origin.js'

/** The names under which a client sees a connection that was closed on it. */
const BROKEN_OFF = { code: /^(ECONNRESET|UND_ERR_SOCKET)$/ }

const BRANCH = '/api/v1/agencies/branches/1'

/** A latency under which requests wait until they are let go, and which tells when they have arrived. */
const gate = (isHeld: (arrival: Arrival) => boolean) => {
  const held: { readonly arrived: PromiseWithResolvers; readonly open: PromiseWithResolvers } = {
    arrived: withResolvers(),
    open: withResolvers()
  }
  const latency = (arrival: Arrival) => {
    if (!isHeld(arrival)) return 0
    held.arrived.resolve()
    return held.open.promise
  }
  return { latency, arrived: held.arrived.promise, open: held.open.resolve }
}

interface PromiseWithResolvers {
  readonly promise: Promise<void>
  readonly resolve: () => void
}

const withResolvers = (): PromiseWithResolvers => {
  let resolve = (): void => undefined
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}

t.test('a read tells what was there when its delay started', async (t) => {
  const { origin, call } = await startOrigin(t)
  const headers = origin.signIn(1)
  const slow = gate(({ method }) => method === 'GET')
  origin.latency = slow.latency
  const read = call('GET', BRANCH, { headers })
  await slow.arrived
  await call('PUT', BRANCH, { headers, json: { name: 'After' } })
  slow.open()
  t.not(valueIn(await read, 'name'), 'After')
  t.equal(valueIn(await call('GET', BRANCH, { headers }), 'name'), 'After')
})

t.test('a write takes effect at the start of its delay, or at the end when asked to', async (t) => {
  const { origin, call } = await startOrigin(t)
  const headers = origin.signIn(1)
  const early = gate(({ method }) => method === 'PUT')
  origin.latency = early.latency
  const first = call('PUT', BRANCH, { headers, json: { name: 'Early' } })
  await early.arrived
  t.equal(origin.database.branches.get(1)?.name, 'Early')
  early.open()
  await first

  const late = gate(({ method }) => method === 'PUT')
  origin.latency = late.latency
  const second = call('PUT', BRANCH, {
    headers: { ...headers, 'x-sample-commit': 'end' },
    json: { name: 'Late' }
  })
  await late.arrived
  t.equal(origin.database.branches.get(1)?.name, 'Early')
  late.open()
  await second
  t.equal(origin.database.branches.get(1)?.name, 'Late')
})

t.test('requests are counted by path without query, and so are those whose caller has left', async (t) => {
  const { origin, call, address } = await startOrigin(t)
  const headers = origin.signIn(1)
  await call('GET', BRANCH, { headers })
  await call('GET', `${BRANCH}?again`, { headers })
  await call('GET', '/api/v1/nowhere', { headers })
  t.equal(origin.requests(BRANCH), 2)
  t.equal(origin.requests('/api/v1/nowhere'), 1)
  t.equal(origin.requests(), 3)
  t.equal(origin.aborted(), 0)

  const slow = gate(() => true)
  origin.latency = slow.latency
  const leaving = new AbortController()
  const left = fetch(`${address}${BRANCH}`, { headers, signal: leaving.signal })
  await slow.arrived
  leaving.abort()
  await t.rejects(left, { name: 'AbortError' })
  while (origin.aborted(BRANCH) === 0) await setImmediate()
  t.equal(origin.aborted(), 1)
  slow.open()
})

t.test(
  'a failing origin answers with the status, cuts the connection or hangs, and does nothing',
  async (t) => {
    const { origin, call } = await startOrigin(t)
    const headers = origin.signIn(1)
    const write = () => call('PUT', BRANCH, { headers, json: { name: 'Never' } })
    origin.fail = { status: 503 }
    t.equal((await write()).status, 503)
    origin.fail = 'reset'
    await t.rejects(write(), BROKEN_OFF)
    origin.fail = 'hang'
    const hung = write()
    const outcome = await Promise.race([
      hung.then(() => 'answered'),
      call('GET', '/__origin/counters').then(() => 'waits')
    ])
    t.equal(outcome, 'waits')
    t.not(origin.database.branches.get(1)?.name, 'Never')
    origin.fail = undefined
    t.equal((await call('GET', BRANCH, { headers })).status, 200)
    const closed = t.rejects(hung, BROKEN_OFF)
    await origin.close()
    await closed
  }
)

t.test('a request may ask for headers, a status and a late failure of its own answer', async (t) => {
  const { origin, call } = await startOrigin(t)
  const ask = (wishes: Record<string, string>, method = 'GET', json?: unknown) =>
    call(method, BRANCH, { headers: { ...origin.signIn(1), ...wishes }, json })
  const answer = await ask({
    'x-sample-cache-control': 'no-store',
    'x-sample-set-cookie': 'a=1',
    'x-sample-vary': 'X-Other',
    'x-sample-status': '203'
  })
  t.equal(answer.status, 203)
  t.equal(answer.headers['cache-control'], 'no-store')
  t.equal(answer.headers['set-cookie'], 'a=1')
  t.equal(answer.headers['vary'], 'X-Other')
  t.equal((await ask({ 'x-sample-etag': '"1"', 'if-none-match': '"1"' })).status, 304)
  t.equal((await ask({ 'x-sample-etag': '"2"', 'if-none-match': '"1"' })).status, 200)

  await t.rejects(ask({ 'x-sample-fail': 'reset' }, 'PUT', { name: 'Lost' }), BROKEN_OFF)
  t.equal(origin.database.branches.get(1)?.name, 'Lost', 'the write has happened, only its answer is lost')
  await t.rejects(ask({ 'x-sample-fail': 'truncate' }), BROKEN_OFF)
})

t.test('X-Sample-Delay-Ms goes before the latency of the origin', async (t) => {
  const { origin, call } = await startOrigin(t, { latency: () => new Promise(() => undefined) })
  const headers = { ...origin.signIn(1), 'x-sample-delay-ms': '0' }
  t.equal((await call('GET', BRANCH, { headers })).status, 200)
})

t.test('other processes have the same controls, and reset brings everything back', async (t) => {
  const { origin, call } = await startOrigin(t)
  const headers = origin.signIn(1)
  const name = origin.database.branches.get(1)?.name
  await call('PUT', BRANCH, { headers, json: { name: 'Changed' } })
  t.match((await call('GET', '/__origin/counters')).json(), {
    total: 1,
    requests: { [BRANCH]: 1 },
    aborted: {}
  })
  t.equal((await call('DELETE', '/__origin/counters')).status, 204)
  t.equal(origin.requests(), 0)

  await call('PUT', '/__origin/fail', { json: { status: 500 } })
  t.equal((await call('GET', BRANCH, { headers })).status, 500)
  await call('PUT', '/__origin/fail', { json: null })
  t.equal((await call('GET', BRANCH, { headers })).status, 200)
  t.equal((await call('PUT', '/__origin/fail', { json: 'unheard of' })).status, 400)
  await call('PUT', '/__origin/latency', { json: { minMs: 1, maxMs: 2 } })
  t.same(origin.latency, { minMs: 1, maxMs: 2 })
  t.equal((await call('PUT', '/__origin/latency', { json: { minMs: 1 } })).status, 400)

  t.equal((await call('POST', '/__origin/reset')).status, 204)
  t.equal(origin.database.branches.get(1)?.name, name)
  t.equal(origin.requests(), 0)
  t.same(origin.latency, { minMs: 0, maxMs: 0 })
  t.equal((await call('GET', BRANCH, { headers })).status, 403, 'sessions are closed')
})
