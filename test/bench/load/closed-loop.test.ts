import t from 'tap'
import { runClosedLoop } from '../../../bench/load/closed-loop.js'
import { serve } from './servers.js'

const LOOP = { paths: ['/a'], headers: [{ cookie: 'a=1' }], connections: 4, durationMs: 200, bodyBytes: 100 }
const BODY = 'x'.repeat(100)

t.test('every connection has one request under way at a time', async (t) => {
  let [underWay, most, received] = [0, 0, 0]
  const url = await serve(t, (request, response) => {
    t.match(request, { url: '/a', headers: { cookie: 'a=1' } })
    most = Math.max(most, ++underWay)
    received++
    setTimeout(() => {
      underWay--
      response.end(BODY)
    }, 5)
  })
  const figures = await runClosedLoop({ ...LOOP, url })
  t.equal(most, 4)
  t.ok(figures.requests > 0 && figures.requests <= received)
  t.ok(figures.p50Ms >= 4 && figures.p50Ms <= figures.p99Ms && figures.p99Ms <= figures.p999Ms)
  t.ok(figures.perSecond <= (figures.requests * 1000) / 200)
})

t.test('each request can have a path of its own', async (t) => {
  const paths = new Set<string | undefined>()
  let received = 0
  const url = await serve(t, (request, response) => {
    paths.add(request.url)
    received++
    response.end(BODY)
  })
  let next = 0
  await runClosedLoop({ ...LOOP, url, paths: () => `/${next++}` })
  t.equal(paths.size, received)
})

t.test('each connection asks for the same in turn, from another place on', async (t) => {
  const asked = new Map<unknown, string[]>()
  const url = await serve(t, ({ socket, url, headers: { cookie } }, response) => {
    asked.set(socket, [...(asked.get(socket) ?? []), `${String(url)} ${String(cookie)}`])
    response.end(BODY)
  })
  await runClosedLoop({ ...LOOP, url, paths: ['/a', '/b'], headers: [{ cookie: 'a=1' }, { cookie: 'a=2' }] })
  const turns = [...asked.values()].map((all) => all.slice(0, 5).join(' · '))
  const turn = ['/a a=1', '/a a=2', '/b a=1', '/b a=2']
  t.same(
    turns.toSorted(),
    turn.map((_, from) => [0, 1, 2, 3, 4].map((step) => turn[(from + step) % 4]).join(' · '))
  )
})

t.test('a subject that answers wrongly is not measured', async (t) => {
  let count = 0
  const failing = await serve(t, (_request, response) => {
    response.writeHead(++count % 10 === 0 ? 503 : 200).end(BODY)
  })
  await t.rejects(runClosedLoop({ ...LOOP, url: failing }), { message: /some failed: \d+ × 503/ })
  const short = await serve(t, (_request, response) => response.end())
  await t.rejects(runClosedLoop({ ...LOOP, url: short, bodyBytes: 10_000 }), { message: /too few/ })
})
