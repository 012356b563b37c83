import t from 'tap'
import { runClosedLoop } from '../../../bench/load/closed-loop.js'
import { serve } from './servers.js'

const LOOP = { path: '/a', headers: { cookie: 'a=1' }, connections: 4, durationMs: 200, bodyBytes: 100 }
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
  await runClosedLoop({ ...LOOP, url, path: () => `/${next++}` })
  t.equal(paths.size, received)
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
