import t from 'tap'
import { StoreUnavailableError } from '../../../src/cache/errors.js'
import { CancelSource, CancelledError } from '../../../src/concurrency/cancellation.js'
import type { Store } from '../../../src/cache/store.js'
import { valueOf } from '../../../src/http/fields.js'
import {
  createGate,
  createStage,
  flat,
  originAnswer,
  outcomeOf,
  read,
  settle,
  SIGNED_IN,
  textOf,
  write
} from '../fixtures.js'

t.test('a miss is stored, and the next read is a hit with its age', async (t) => {
  const { cache, clock } = createStage()
  t.match(await read(cache, '/open/5'), {
    outcome: 'miss',
    cacheStatus: 'spms; fwd=uri-miss; stored',
    ageSeconds: undefined
  })
  clock.advance(13_000)
  t.match(await read(cache, '/open/5'), { outcome: 'hit', cacheStatus: 'spms; hit; ttl=47', ageSeconds: 13 })
})

t.test('a bypass is forwarded, each time, with its reason', async (t) => {
  const { cache, origin } = createStage()
  for (const n of [1, 2]) {
    const answer = await read(cache, '/paged?search=x')
    t.match(answer, { kind: 'relay', outcome: 'bypass', cacheStatus: 'spms; fwd=bypass; detail=search' })
    t.equal(await textOf(answer), `{"n":${n}}`)
  }
  t.match(origin.requests, [{ resource: 'paged' }, { resource: 'paged' }])
})

t.test('switched off, every read is forwarded and none is stored', async (t) => {
  const { cache, store, origin } = createStage({ mode: 'off' })
  for (const target of ['/open/5', '/open/5', '/mine']) {
    t.match(await read(cache, target, SIGNED_IN), { cacheStatus: 'spms; fwd=bypass; detail=disabled' })
  }
  t.equal(origin.requests.length, 3)
  t.equal((await store.stats()).entries, 0)
})

t.test('HEAD is answered from a stored GET, and never fills', async (t) => {
  const { cache, origin } = createStage()
  const head = () => read(cache, '/open/5', {}, { method: 'HEAD' })
  t.match(await head(), { kind: 'relay', cacheStatus: 'spms; fwd=uri-miss' })
  t.match(await head(), { cacheStatus: 'spms; fwd=uri-miss' })
  t.match(origin.requests, [{ method: 'HEAD' }, { method: 'HEAD' }])
  await read(cache, '/open/5')
  t.match(await head(), { kind: 'entry', outcome: 'hit' })
  t.equal(origin.requests.length, 3)
})

t.test('an unstorable answer is the leader’s own, and the next reader leads', async (t) => {
  const { cache, origin } = createStage()
  const gate = createGate()
  origin.respond = async () => {
    await gate.opened
    const n = origin.requests.length
    return originAnswer({ json: { n }, headers: n === 1 ? ['Set-Cookie', 'a=b'] : [] })
  }
  const reads = [1, 2, 3, 4].map(() => outcomeOf(read(cache, '/open/5')))
  await settle()
  t.equal(origin.requests.length, 1)
  gate.open()
  t.same(await Promise.all(reads), ['miss {"n":1}', 'miss {"n":2}', 'collapsed {"n":2}', 'collapsed {"n":2}'])
})

t.test('readers do not queue for ever: after two fetches in vain each asks by itself', async (t) => {
  const { cache, origin } = createStage()
  origin.respond = async () => {
    await settle()
    return originAnswer({ status: 403, json: origin.requests.length })
  }
  const reads = await Promise.all(Array.from({ length: 10 }, () => read(cache, '/open/5')))
  t.equal(origin.requests.length, 10)
  t.ok(reads.every((answer) => answer.status === 403))
})

t.test('a key that is unstorable by its nature is not queued for', async (t) => {
  const { cache, origin } = createStage()
  const gate = createGate()
  origin.respond = () => originAnswer({ headers: ['Cache-Control', 'no-store'] })
  await read(cache, '/open/5')
  origin.respond = () => gate.opened.then(() => originAnswer({ headers: ['Cache-Control', 'no-store'] }))
  const reads = Array.from({ length: 5 }, () => read(cache, '/open/5'))
  await settle()
  t.equal(origin.requests.length, 6, 'all ask at once')
  gate.open()
  for (const answer of await Promise.all(reads))
    t.match(answer, { kind: 'relay', cacheStatus: 'spms; fwd=uri-miss; detail=no-store' })
})

t.test('who waits for an answer that shows its key to be unstorable waits no second time', async (t) => {
  const { cache, origin } = createStage()
  const gates = [createGate(), createGate()]
  origin.respond = async () => {
    await gates[origin.requests.length === 1 ? 0 : 1]?.opened
    return originAnswer({ headers: ['Cache-Control', 'no-store'] })
  }
  const reads = Array.from({ length: 5 }, () => read(cache, '/open/5'))
  await settle()
  t.equal(origin.requests.length, 1)
  gates[0]?.open()
  await settle()
  t.equal(origin.requests.length, 5, 'all others ask at once')
  gates[1]?.open()
  await Promise.all(reads)
})

t.test('an answer that may be stored again is, and its key is queued for as before', async (t) => {
  const { cache, origin } = createStage()
  origin.respond = () => originAnswer({ status: 404 })
  t.match(await read(cache, '/open/5'), { status: 404, cacheStatus: 'spms; fwd=uri-miss; detail=status' })
  origin.respond = () => originAnswer()
  t.match(await read(cache, '/open/5'), { cacheStatus: 'spms; fwd=uri-miss; stored' })
  t.match(await read(cache, '/open/5'), { outcome: 'hit' })
  await cache.invalidate({ tags: ['thing:5'] }, 'control')
  const asked = origin.requests.length
  await Promise.all([read(cache, '/open/5'), read(cache, '/open/5')])
  t.equal(origin.requests.length, asked + 1)
})

t.test('readers of a missing record that is created wait for one another again', async (t) => {
  const { cache, origin } = createStage()
  origin.respond = () => originAnswer({ status: 404 })
  await read(cache, '/open/5')
  origin.respond = async () => {
    await settle()
    return originAnswer()
  }
  await write(cache, 'PUT', '/things/5')
  const asked = origin.requests.length
  await Promise.all(Array.from({ length: 5 }, () => read(cache, '/open/5')))
  t.equal(origin.requests.length, asked + 1)
})

t.test('what is known to be too large is forwarded as it came, and held for nobody', async (t) => {
  const { cache, origin } = createStage()
  const large = 'x'.repeat(2000)
  origin.respond = () => originAnswer({ json: large })
  t.match(await read(cache, '/open/5'), { cacheStatus: 'spms; fwd=uri-miss; detail=too-large' })
  const fields = { 'if-none-match': '"a"', 'accept-encoding': 'gzip' }
  t.match(await read(cache, '/open/5', fields), {
    kind: 'relay',
    cacheStatus: 'spms; fwd=uri-miss; detail=too-large'
  })
  t.match(origin.requests.at(-1)?.headers, flat(fields))
  await cache.invalidate({ tags: ['thing:5'] }, 'control')
  origin.respond = () => originAnswer()
  t.match(await read(cache, '/open/5', fields), { cacheStatus: 'spms; fwd=uri-miss; stored' })
})

t.test('a row that names languages asks for one of them and stores each', async (t) => {
  const { cache, origin } = createStage()
  const sent: (string | undefined)[] = []
  origin.respond = ({ headers }) => {
    const language = valueOf(headers, 'accept-language')
    sent.push(language)
    return originAnswer({
      json: { language },
      headers: ['Vary', 'Accept-Language', 'Content-Language', `${language}`]
    })
  }
  const ask = (language: string) => outcomeOf(read(cache, '/spoken/5', { 'accept-language': language }))
  t.equal(await ask('fr-CA,fr;q=0.9'), 'miss {"language":"fr"}')
  t.equal(await ask('fr'), 'hit {"language":"fr"}')
  t.equal(await ask('de'), 'miss {"language":"en-AU"}')
  t.equal(await ask('en'), 'hit {"language":"en-AU"}')
  t.same(sent, ['fr', 'en-AU'])
  await cache.invalidate({ keys: ['spoken:5'] }, 'control')
  t.equal(await ask('fr'), 'miss {"language":"fr"}', 'the plain key reaches each')
})

t.test('an unproven caller is told why the answer was not stored', async (t) => {
  const { cache, origin } = createStage()
  origin.respond = () => originAnswer({ headers: ['Vary', 'Accept-Language'] })
  const { cacheStatus } = await read(cache, '/guarded/1', SIGNED_IN)
  t.equal(cacheStatus, 'spms; fwd=request; detail=vary')
})

const unavailable = (store: Store): Store => ({
  ...store,
  read: () => Promise.reject(new StoreUnavailableError('down')),
  commit: () => Promise.reject(new StoreUnavailableError('down'))
})

t.test('without the store every read is answered, still by one request at a time', async (t) => {
  const { cache, origin } = createStage({ around: unavailable })
  const gate = createGate()
  origin.respond = () => gate.opened.then(() => originAnswer({ json: { n: origin.requests.length } }))
  const reads = Array.from({ length: 20 }, () => read(cache, '/open/5'))
  await settle()
  t.equal(origin.requests.length, 1)
  gate.open()
  for (const answer of await Promise.all(reads)) {
    t.match(answer, { status: 200, cacheStatus: 'spms; fwd=uri-miss; detail=store-unavailable' })
    t.equal(await textOf(answer), '{"n":1}')
  }
})

t.test('without the store nobody can be proven, and nobody shares what needs a proof', async (t) => {
  const { cache, origin } = createStage({ around: unavailable })
  const reads = await Promise.all([1, 2, 3].map(() => read(cache, '/guarded/1', SIGNED_IN)))
  t.equal(origin.requests.length, 3)
  for (const answer of reads) t.match(answer, { kind: 'relay', cacheStatus: /store-unavailable/ })
})

t.test('a caller who leaves is let go, and the origin with the last of them', async (t) => {
  const { cache, origin, told } = createStage()
  origin.respond = () => createGate().opened.then(() => originAnswer())
  const [one, two] = [new CancelSource(), new CancelSource()]
  const first = read(cache, '/open/5', {}, { cancel: one })
  const second = read(cache, '/open/5', {}, { cancel: two })
  await settle()
  one.cancel()
  await t.rejects(first, CancelledError)
  t.equal(origin.aborted, 0)
  two.cancel()
  await t.rejects(second, CancelledError)
  t.equal(origin.aborted, 1)
  t.same(told.answered, [], 'nobody was answered')
})

t.test('whoever watches is told of each answer', async (t) => {
  const { cache, told } = createStage()
  await read(cache, '/open/5', { 'x-request-id': 'r1', traceparent: 't1' })
  await read(cache, '/open/5')
  await read(cache, '/other')
  t.match(told.answered, [
    { resource: 'open', key: 'open:5', outcome: 'miss', status: 200, requestId: 'r1', traceparent: 't1' },
    { resource: 'open', key: 'open:5', outcome: 'hit', status: 200, requestId: undefined },
    { resource: 'none', key: undefined, outcome: 'bypass' }
  ])
  t.match(told.bypassed, [{ resource: 'none', route: undefined, reason: 'no-resource', status: 200 }])
  const [miss, hit] = told.answered
  t.equal(miss?.ageSeconds, undefined)
  t.type(hit?.ageSeconds, 'number')
})
