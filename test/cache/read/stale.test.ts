import t from 'tap'
import { OriginError } from '../../../src/cache/errors.js'
import { CancelSource } from '../../../src/concurrency/cancellation.js'
import { createGate, createStage, originAnswer, outcomeOf, read, settle, SIGNED_IN } from '../fixtures.js'

/** Row `open`: fresh for 60 s, stale while revalidating for 30 s more, stale if error for 120 s more. */
const aged = async (seconds: number, headers: readonly string[] = []) => {
  const stage = createStage()
  stage.origin.respond = () => originAnswer({ json: { n: stage.origin.requests.length }, headers })
  await read(stage.cache, '/open/5')
  stage.clock.advance(seconds * 1000)
  const ask = () => outcomeOf(read(stage.cache, '/open/5'))
  return { ...stage, ask }
}

const down = (kind: 'unreachable' | 'timeout' | 'overloaded') => () => Promise.reject(new OriginError(kind))

t.test('a stale entry is answered at once and refreshed behind, by one request', async (t) => {
  const { cache, origin, ask, clock } = await aged(72)
  const gate = createGate()
  origin.respond = () => gate.opened.then(() => originAnswer({ json: { n: 'new' } }))
  t.match(await read(cache, '/open/5'), {
    outcome: 'stale',
    cacheStatus: 'spms; hit; ttl=-12',
    ageSeconds: 72
  })
  t.equal(await ask(), 'stale {"n":1}')
  t.equal(origin.requests.length, 2)
  gate.open()
  await settle()
  t.equal(await ask(), 'hit {"n":"new"}')
  clock.advance(59_000)
  t.equal(await ask(), 'hit {"n":"new"}')
})

t.test('a refresh that fails leaves the entry as it is', async (t) => {
  const { origin, ask } = await aged(72)
  origin.respond = down('unreachable')
  t.equal(await ask(), 'stale {"n":1}')
  await settle()
  t.equal(await ask(), 'stale {"n":1}')
  await settle()
  origin.respond = () => originAnswer({ status: 503, json: {} })
  t.equal(await ask(), 'stale {"n":1}')
})

t.test('a refresh does not end with the reader who caused it', async (t) => {
  const { cache, origin, ask } = await aged(72)
  const gate = createGate()
  origin.respond = () => gate.opened.then(() => originAnswer({ json: { n: 'new' } }))
  const source = new CancelSource()
  await read(cache, '/open/5', {}, { cancel: source })
  source.cancel()
  gate.open()
  await settle()
  t.equal(origin.aborted, 0)
  t.equal(await ask(), 'hit {"n":"new"}')
})

t.test('HEAD is answered stale too, and refreshes nothing', async (t) => {
  const { cache, origin } = await aged(72)
  t.match(await read(cache, '/open/5', {}, { method: 'HEAD' }), { kind: 'entry', outcome: 'stale' })
  t.equal(origin.requests.length, 1)
})

t.test('a request whose answer is not to be stored refreshes nothing', async (t) => {
  const { cache, origin, ask } = await aged(72)
  t.match(await read(cache, '/open/5', { 'Cache-Control': 'no-store' }), { outcome: 'stale' })
  await settle()
  t.equal(origin.requests.length, 1)
  await ask()
  await settle()
  t.equal(await ask(), 'hit {"n":2}')
})

t.test('beyond the window the reader waits for the origin', async (t) => {
  const { cache } = await aged(90)
  t.match(await read(cache, '/open/5'), { outcome: 'miss', cacheStatus: 'spms; fwd=stale; stored' })
})

t.test('an origin that fails is covered by a stale entry, in whatever way it fails', async (t) => {
  const { cache, origin, ask, clock } = await aged(100)
  for (const status of [500, 502, 503, 504]) {
    origin.respond = () => originAnswer({ status })
    t.match(await read(cache, '/open/5'), {
      status: 200,
      outcome: 'stale',
      cacheStatus: 'spms; hit; ttl=-40'
    })
  }
  for (const kind of ['unreachable', 'timeout', 'overloaded'] as const) {
    origin.respond = down(kind)
    t.equal(await ask(), 'stale {"n":1}', kind)
  }
  t.match(await read(cache, '/open/5', {}, { method: 'HEAD' }), { outcome: 'stale' }, 'for HEAD too')
  clock.advance(79_999)
  t.equal(await ask(), 'stale {"n":1}')
  clock.advance(1)
  t.match(await read(cache, '/open/5'), { kind: 'failure', status: 503 }, 'for its time')
})

t.test('everybody who waits for a failing origin is covered', async (t) => {
  const { cache, origin } = await aged(100)
  for (const respond of [down('timeout'), () => originAnswer({ status: 500 })]) {
    origin.respond = respond
    const answers = await Promise.all(Array.from({ length: 5 }, () => read(cache, '/open/5')))
    for (const answer of answers) t.match(answer, { status: 200, outcome: 'stale' })
  }
  t.equal(origin.requests.length, 3, 'and each time the origin was asked once')
})

t.test('an answer that is no failure of the origin is not covered', async (t) => {
  const { cache, origin } = await aged(100)
  for (const status of [403, 404, 429]) {
    origin.respond = () => originAnswer({ status })
    t.match(await read(cache, '/open/5'), { kind: 'relay', status })
  }
})

t.test('a reader alone with a marked key is covered', async (t) => {
  const { cache, origin } = await aged(100)
  origin.respond = () => originAnswer({ headers: ['Cache-Control', 'no-store'] })
  t.match(await read(cache, '/open/5'), { kind: 'relay', status: 200 })
  origin.respond = down('unreachable')
  t.match(await read(cache, '/open/5'), { status: 200, outcome: 'stale' })
})

t.test('an invalidated entry covers nothing', async (t) => {
  const { cache, origin } = await aged(100)
  await cache.invalidate({ tags: ['thing:5'] }, 'control')
  origin.respond = down('unreachable')
  t.match(await read(cache, '/open/5'), { kind: 'failure', status: 502 })
})

t.test('must-revalidate, and s-maxage alone, allow no stale answer', async (t) => {
  for (const control of ['must-revalidate', 'proxy-revalidate', 's-maxage=60', 'no-cache']) {
    const { cache, origin } = await aged(72, ['Cache-Control', control])
    origin.respond = down('unreachable')
    t.match(await read(cache, '/open/5'), { kind: 'failure', status: 502 }, control)
  }
})

t.test('what the origin states about staleness wins', async (t) => {
  const { ask, clock, origin } = await aged(11, [
    ...['Cache-Control', 's-maxage=10, stale-while-revalidate=5, stale-if-error=20']
  ])
  origin.respond = down('unreachable')
  t.equal(await ask(), 'stale {"n":1}')
  clock.advance(18_000)
  t.equal(await ask(), 'stale {"n":1}')
  clock.advance(1000)
  t.equal(await ask(), 'failed')
})

t.test('a stale entry with a validator is refreshed by a 304', async (t) => {
  const { cache, origin, clock, ask } = await aged(100, ['ETag', '"v1"'])
  origin.respond = ({ headers }) =>
    originAnswer(headers.includes('"v1"') ? { status: 304, body: '' } : { status: 500 })
  t.match(await read(cache, '/open/5'), { status: 200, cacheStatus: 'spms; fwd=stale; stored' })
  clock.advance(59_000)
  t.equal(await ask(), 'hit {"n":1}')
})

t.test('a 304 does not bring back what was invalidated meanwhile', async (t) => {
  const { cache, origin, store } = await aged(100, ['ETag', '"v1"'])
  const gate = createGate()
  origin.respond = () => gate.opened.then(() => originAnswer({ status: 304, body: '' }))
  const reading = read(cache, '/open/5')
  await settle()
  await cache.invalidate({ tags: ['thing:5'] }, 'control')
  gate.open()
  t.match(await reading, { cacheStatus: 'spms; fwd=stale' })
  t.same((await store.read(['open:5'])).entries, [undefined])
})

t.test('an unproven caller is never covered by what others may have', async (t) => {
  const { cache, origin, clock } = createStage()
  await read(cache, '/guarded/1', SIGNED_IN)
  clock.advance(61_000)
  origin.respond = down('unreachable')
  for (const method of ['GET', 'HEAD'] as const) {
    t.match(await read(cache, '/guarded/1', SIGNED_IN, { method }), {
      kind: 'failure',
      status: 502,
      cacheStatus: 'spms; fwd=request; detail=unproven'
    })
  }
})
