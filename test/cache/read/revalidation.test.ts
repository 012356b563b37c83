import t from 'tap'
import { OriginError } from '../../../src/cache/errors.js'
import { invalidationOf } from '../../../src/cache/invalidation.js'
import type { OriginRequest } from '../../../src/cache/origin.js'
import { validationOf } from '../../../src/cache/read/confirmation.js'
import { valueOf } from '../../../src/http/fields.js'
import {
  createGate,
  createStage,
  originAnswer,
  outcomeOf,
  read,
  settle,
  SIGNED_IN,
  write
} from '../fixtures.js'

const V1 = ['ETag', '"v1"']
const MODIFIED = ['Last-Modified', 'Wed, 21 Oct 2026 07:28:00 GMT']

/** An origin with one version of its answer, which it confirms to whoever has it. */
const setUp = (headers: readonly string[]) => {
  const stage = createStage()
  const { origin, cache } = stage
  const isConfirmable = validationOf({ etag: valueOf(headers, 'etag'), headers }) !== undefined
  let served = 0
  const isKnown = (request: OriginRequest): boolean =>
    isConfirmable &&
    valueOf(request.headers, 'if-none-match') === valueOf(headers, 'etag') &&
    valueOf(request.headers, 'if-modified-since') === valueOf(headers, 'last-modified')
  origin.respond = (request) =>
    isKnown(request)
      ? { ...originAnswer({ status: 304, body: '' }), headers: [...headers, 'Content-Type', 'text/html'] }
      : originAnswer({ json: { n: ++served }, headers })
  const ask = (path = '/open/5', fields = {}) => outcomeOf(read(cache, path, fields))
  const conditions = () =>
    origin.requests.map(({ headers: sent }) =>
      ['if-none-match', 'if-modified-since'].map((name) => valueOf(sent, name))
    )
  return { ...stage, ask, conditions }
}

for (const [what, validators] of [
  ['an entity tag', V1],
  ['a date', MODIFIED],
  ['both', [...V1, ...MODIFIED]]
] as const) {
  t.test(`an answer that must be confirmed each time is kept, and confirmed by ${what}`, async (t) => {
    const { ask, conditions, cache, clock } = setUp(['Cache-Control', 'no-cache', ...validators])
    t.equal(await ask(), 'miss {"n":1}')
    clock.advance(1000)
    const answer = await read(cache, '/open/5')
    t.match(answer, { kind: 'entry', outcome: 'miss', status: 200, cacheStatus: 'spms; fwd=stale; stored' })
    t.equal(answer.kind === 'entry' && valueOf(answer.entry.headers, 'content-type'), 'application/json')
    t.equal(await ask(), 'miss {"n":1}')
    const sent = [valueOf(validators, 'etag'), valueOf(validators, 'last-modified')]
    t.strictSame(conditions(), [[undefined, undefined], sent, sent])
  })
}

t.test('an entry that has expired is confirmed for ten minutes more', async (t) => {
  const { ask, origin, clock } = setUp(['Cache-Control', 'max-age=60, must-revalidate', ...V1])
  await ask()
  clock.advance(60_000 + 599_000)
  t.equal(await ask(), 'miss {"n":1}')
  t.equal(await ask(), 'hit {"n":1}')
  t.equal(origin.requests.length, 2)
  clock.advance(60_000 + 601_000)
  t.equal(await ask(), 'miss {"n":2}')
})

t.test('what must be confirmed is never answered stale, whatever the row allows', async (t) => {
  for (const control of [
    'no-cache',
    'no-cache, stale-if-error=60',
    'max-age=0',
    'max-age=1, must-revalidate'
  ]) {
    for (const further of ['', ', proxy-revalidate', ', s-maxage=1']) {
      const { ask, origin, clock } = setUp(['Cache-Control', control + further, ...V1])
      await ask()
      clock.advance(1000)
      origin.respond = () => originAnswer({ status: 503, json: 'down' })
      t.equal(await ask(), 'miss "down"', control + further)
      origin.respond = () => Promise.reject(new OriginError('unreachable'))
      t.equal(await ask(), 'failed', control + further)
    }
  }
})

t.test('a clock that steps back does not make fresh what must be confirmed', async (t) => {
  const { ask, clock } = setUp(['Cache-Control', 'no-cache', ...V1])
  await ask()
  clock.advance(-3600_000)
  t.equal(await ask(), 'miss {"n":1}')
})

t.test(
  'who waits for an answer that must be confirmed asks for himself, and nobody waits for him',
  async (t) => {
    const { cache, origin } = setUp([])
    const gate = createGate()
    const headers = ['Cache-Control', 'no-cache', ...V1]
    origin.respond = () =>
      gate.opened.then(() => originAnswer({ json: { n: origin.requests.length }, headers }))
    const asked = Array.from({ length: 4 }, () => outcomeOf(read(cache, '/open/5')))
    await settle()
    t.equal(origin.requests.length, 1)
    gate.open()
    t.strictSame(
      (await Promise.all(asked)).every((outcome) => outcome.startsWith('miss ')),
      true
    )
    t.equal(origin.requests.length, 4)
  }
)

t.test('an invalidation reaches what is kept to be confirmed', async (t) => {
  for (const named of [
    { tags: ['thing:5'] },
    { keys: ['open:5'] },
    { patterns: ['open:*'] },
    { all: true }
  ]) {
    const { ask, cache, conditions } = setUp(['Cache-Control', 'no-cache', ...V1])
    await ask()
    await cache.invalidate(invalidationOf(named), 'control')
    t.equal(await ask(), 'miss {"n":2}')
    t.strictSame(conditions()[1], [undefined, undefined])
  }
})

t.test('a confirmation that an invalidation has overtaken is not stored', async (t) => {
  const { ask, cache, origin, clock, conditions } = setUp([
    'Cache-Control',
    'max-age=5, must-revalidate',
    ...V1
  ])
  await ask()
  clock.advance(6000)
  const confirm = origin.respond
  origin.respond = async (request) => {
    if (request.method === 'GET') await write(cache, 'PUT', '/things/5')
    return confirm(request)
  }
  t.match(await read(cache, '/open/5'), { cacheStatus: 'spms; fwd=stale; detail=invalidated' })
  origin.respond = confirm
  t.match(await ask(), /^miss /, 'the entry before it is gone, too')
  t.strictSame(conditions().at(-1), [undefined, undefined])
})

t.test('a 304 about another version is asked for again, without conditions', async (t) => {
  const { ask, origin, clock } = setUp(['Cache-Control', 'max-age=5, must-revalidate', ...V1])
  await ask()
  clock.advance(6000)
  origin.respond = ({ headers }) =>
    valueOf(headers, 'if-none-match') === undefined
      ? originAnswer({ json: { n: 'new' }, headers: ['ETag', '"v2"'] })
      : originAnswer({ status: 304, body: '', headers: ['ETag', '"v2"'] })
  t.equal(await ask(), 'miss {"n":"new"}')
  t.equal(await ask(), 'hit {"n":"new"}')
})

t.test('an answer that must be confirmed proves nobody', async (t) => {
  const { ask, origin } = setUp(['Cache-Control', 'no-cache', ...V1])
  t.equal(await ask('/guarded/5', SIGNED_IN), 'unproven {"n":1}')
  t.equal(await ask('/guarded/5', SIGNED_IN), 'unproven {"n":2}')
  t.notOk(origin.requests.some(({ headers }) => headers.includes('If-None-Match')))
})

t.test('the answer to a request with no-store is not stored, and is answered from what is', async (t) => {
  const { ask, origin } = setUp([])
  origin.respond = () => originAnswer({ json: { n: origin.requests.length } })
  const noStore = { 'cache-control': 'no-store' }
  t.equal(await ask('/open/5', noStore), 'miss {"n":1}')
  t.equal(await ask('/open/5', noStore), 'miss {"n":2}')
  t.equal(await ask(), 'miss {"n":3}')
  t.equal(await ask('/open/5', noStore), 'hit {"n":3}')
  t.match(await read(createStage().cache, '/open/5', noStore), {
    cacheStatus: 'spms; fwd=uri-miss; detail=no-store'
  })
})

t.test('a request for a stored answer only does not reach the origin', async (t) => {
  const { ask, cache, origin } = setUp([])
  origin.respond = () => originAnswer({ json: { n: origin.requests.length } })
  const onlyIfCached = { 'cache-control': 'only-if-cached' }
  t.match(await read(cache, '/open/5', onlyIfCached), { kind: 'failure', status: 504, outcome: 'miss' })
  t.equal(origin.requests.length, 0)
  await ask()
  t.equal(await ask('/open/5', onlyIfCached), 'hit {"n":1}')
})

t.test(
  'the answer to a request with Authorization is for nobody else where the origin does not say so',
  async (t) => {
    const { ask, cache, origin } = setUp([])
    origin.respond = () => originAnswer({ json: { n: origin.requests.length } })
    const authorized = { authorization: 'Bearer one' }
    t.equal(await ask('/open/5', authorized), 'miss {"n":1}')
    t.match(await read(cache, '/open/5', authorized), {
      cacheStatus: 'spms; fwd=uri-miss; detail=authorization'
    })
    t.equal(await ask(), 'miss {"n":3}')
    t.equal(await ask('/open/5', authorized), 'hit {"n":3}', 'what was made for everybody is for him, too')
  }
)

t.test('nobody waits for the answer to a request with Authorization', async (t) => {
  const { cache, origin } = setUp([])
  const gate = createGate()
  origin.respond = () => gate.opened.then(() => originAnswer({ json: { n: origin.requests.length } }))
  const first = outcomeOf(read(cache, '/open/5', { authorization: 'Bearer one' }))
  const others = [outcomeOf(read(cache, '/open/5')), outcomeOf(read(cache, '/open/5'))]
  await settle()
  t.equal(origin.requests.length, 2)
  gate.open()
  t.match(await first, /^miss/)
  t.match(await Promise.all(others), [/^miss/, /^collapsed/])
})

t.test('the origin may say that others may have the answer to a request with Authorization', async (t) => {
  for (const control of ['public', 'must-revalidate', 's-maxage=60']) {
    const { ask } = setUp(['Cache-Control', control])
    t.equal(await ask('/open/5', { authorization: 'Bearer one' }), 'miss {"n":1}')
    t.equal(await ask(), 'hit {"n":1}', control)
  }
})

t.test('single sign-on is not Authorization: a public row shares its answers', async (t) => {
  const { ask } = setUp([])
  t.equal(await ask('/open/5', { 'remote-user': 'one' }), 'miss {"n":1}')
  t.equal(await ask(), 'hit {"n":1}')
})
