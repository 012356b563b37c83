import t from 'tap'
import { runBurst } from '../../../bench/load/burst.js'
import { serve } from './servers.js'

const BURST = { path: '/a', headers: { cookie: 'a=1' }, readers: 50, timeoutMs: 5000 }

t.test('all readers are there before the first is answered', async (t) => {
  const waiting: (() => void)[] = []
  const url = await serve(t, (request, response) => {
    t.match(request, { url: '/a', headers: { cookie: 'a=1' } })
    waiting.push(() => {
      response.writeHead(200, { 'content-length': 100_000 }).end(Buffer.alloc(100_000))
    })
    if (waiting.length === 50) for (const answer of waiting) answer()
  })
  const waits = await runBurst({ ...BURST, url })
  t.equal(waits.length, 50)
  t.ok(waits.every((wait) => wait > 0))
})

t.test('a wait ends with the last byte of the body', async (t) => {
  const PAUSE_MS = 100
  const url = await serve(t, (_request, response) => {
    response.writeHead(200, { 'content-length': 2 }).write('a')
    setTimeout(() => response.end('b'), PAUSE_MS)
  })
  const waits = await runBurst({ ...BURST, url, readers: 3 })
  t.ok(waits.every((wait) => wait >= PAUSE_MS - 2))
})

t.test('a reader without a whole 200 fails the burst', async (t) => {
  const refusing = await serve(t, (_request, response) =>
    response.writeHead(503, { 'content-length': 2 }).end('no')
  )
  await t.rejects(runBurst({ ...BURST, url: refusing }), { message: /no 200/ })
  const broken = await serve(t, (_request, response) => {
    response.writeHead(200, { 'content-length': 10 }).write('half')
    setImmediate(() => response.destroy())
  })
  await t.rejects(runBurst({ ...BURST, url: broken }), { message: /closed before the end/ })
  const silent = await serve(t, () => undefined)
  await t.rejects(runBurst({ ...BURST, url: silent, timeoutMs: 50 }), { message: /in time/ })
})
