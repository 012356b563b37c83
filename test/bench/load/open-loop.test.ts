import t from 'tap'
import type { RequestParts } from '../../../bench/load/connection.js'
import { latenciesOf } from '../../../bench/load/latencies.js'
import { createOpenLoop, runOpenLoop, type Sample } from '../../../bench/load/open-loop.js'
import { serve } from './servers.js'

const read = (): RequestParts => ({ method: 'GET', path: '/', headers: {} })
const EMPTY = { 'content-length': 0 }

t.test('waiting is not hidden: what was due while the server stood still waited', async (t) => {
  const HOLD_MS = 300
  const held: (() => void)[] = []
  let isHolding = true
  const url = await serve(t, (_request, response) => {
    if (isHolding) held.push(() => response.end())
    else response.end()
  })
  setTimeout(() => {
    isHolding = false
    for (const release of held) release()
  }, HOLD_MS)
  const samples = await runOpenLoop([{ name: 'read', url, perSecond: 500, next: read }], 500)
  t.equal(samples.length, 250)
  const startedAt = Math.min(...samples.map(({ dueAt }) => dueAt))
  const waiting = samples.filter(({ dueAt }) => dueAt < startedAt + HOLD_MS - 50)
  t.ok(waiting.length > 100, 'a closed loop would have sent none of these')
  t.ok(
    waiting.every(({ dueAt, latencyMs }) => dueAt + latencyMs >= startedAt + HOLD_MS - 20),
    'each until the server went on'
  )
})

t.test('streams have their own rate, and requests of their own', async (t) => {
  const seen: (string | undefined)[] = []
  const url = await serve(t, (request, response) => {
    seen.push(`${request.method ?? ''} ${request.url ?? ''}`)
    response.writeHead(request.method === 'GET' ? 200 : 202, EMPTY).end()
  })
  const write = (): RequestParts => ({ method: 'POST', path: '/w', headers: {}, body: '{}' })
  const samples = await runOpenLoop(
    [
      { name: 'read', url, perSecond: 200, next: read },
      { name: 'write', url, perSecond: 50, next: write }
    ],
    200
  )
  t.equal(samples.filter(({ stream, status }) => stream === 'read' && status === 200).length, 40)
  t.equal(samples.filter(({ stream, status }) => stream === 'write' && status === 202).length, 10)
  t.equal(seen.filter((line) => line === 'POST /w').length, 10)
})

t.test('a loop keeps its connections from one run to the next, and no samples', async (t) => {
  const sockets = new Set<unknown>()
  const url = await serve(t, ({ socket }, response) => {
    sockets.add(socket)
    response.writeHead(200, EMPTY).end()
  })
  const loop = createOpenLoop([{ name: 'read', url, perSecond: 100, next: read }])
  t.teardown(() => loop.close())
  t.equal((await loop.run(100)).length, 10)
  const before = sockets.size
  // One request only: of several, two may be due at once on a busy machine, and need a connection each.
  t.equal((await loop.run(10)).length, 1)
  t.equal(sockets.size, before)
})

t.test('a hit is what the answer says', async (t) => {
  const statuses = [
    { 'cache-status': 'spms; hit; ttl=5' },
    { 'cache-status': 'spms; fwd=uri-miss; stored' },
    { 'x-cache-status': 'HIT' },
    { 'x-cache': 'MISS' },
    {}
  ]
  let sent = 0
  const url = await serve(t, (_request, response) => {
    response.writeHead(200, { ...EMPTY, ...statuses[sent++ % statuses.length] }).end()
  })
  const samples = await runOpenLoop([{ name: 'read', url, perSecond: 100, next: read }], 100)
  t.equal(latenciesOf(samples).hitShare, 0.4)
})

t.test('an answer that is no success, or none, is a failure', async (t) => {
  let count = 0
  const url = await serve(t, (request, response) => {
    count++
    if (count % 2 === 0) request.socket.destroy()
    else response.writeHead(502, EMPTY).end()
  })
  const { requests, failures } = latenciesOf(
    await runOpenLoop([{ name: 'read', url, perSecond: 100, next: read }], 100)
  )
  t.strictSame({ requests, failures }, { requests: 10, failures: 10 })
})

t.test('of no requests there is no latency', async (t) => {
  const none: readonly Sample[] = []
  t.match(latenciesOf(none), { requests: 0, failures: 0, p99Ms: NaN })
})
