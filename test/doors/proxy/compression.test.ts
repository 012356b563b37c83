import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { CODINGS, type Coding } from '../../../src/http/codings.js'
import type { HttpAnswer } from '../../support/http.js'
import { needsOwnRedis } from '../../support/redis-server.js'
import { connectStore, redisFor } from '../../stores/redis-fixtures.js'
import { openBareProxy, openSampleProxy, type ProxyOptions, statusOf } from './open-proxy.js'

const LIST = '/api/v1/users/staffprofiles'
const SMALL = '/api/v1/users/staffprofiles/3001'
const WITH_ETAG = { 'x-sample-etag': '"v1"' }

const DECODERS: Readonly<Record<Coding, (body: Buffer) => Buffer>> = {
  gzip: gunzipSync,
  br: brotliDecompressSync,
  zstd: zstdDecompressSync
}

const accepting = (accepted: string, others: Readonly<Record<string, string>> = {}) => ({
  ...others,
  'accept-encoding': accepted
})

const headOf = ({ headers }: HttpAnswer) => [
  headers['content-encoding'],
  headers['etag'],
  headers['vary'],
  headers['content-length']
]

const open = (t: Test, options: ProxyOptions = {}) =>
  openSampleProxy(t, { codings: ['zstd', 'br', 'gzip'], ...options })

const STORES: Readonly<Record<string, (t: Test) => Promise<ProxyOptions>>> = {
  memory: async () => ({}),
  Redis: async (t) => {
    const server = await redisFor(t)
    const { store } = await connectStore(t, { url: server.url })
    return { store, now: Date.now }
  }
}

for (const [name, optionsOf] of Object.entries(STORES)) {
  const skip = name === 'Redis' && needsOwnRedis
  t.test(`from ${name}, a hit goes out in the coding that its caller wants`, { skip }, async (t) => {
    const { get, call, origin } = await open(t, await optionsOf(t))
    const { body } = await get(LIST, WITH_ETAG)
    t.ok(body.length > 4000)
    for (const coding of CODINGS) {
      const hit = await get(LIST, accepting(coding))
      t.match(statusOf(hit), /^spms; hit/)
      t.same(headOf(hit), [
        coding,
        `"v1~${coding}"`,
        'Accept, Cookie, origin, Accept-Encoding',
        `${hit.body.length}`
      ])
      t.ok(hit.body.length < body.length / 3, `${hit.body.length} of ${body.length} bytes`)
      t.ok(DECODERS[coding](hit.body).equals(body), coding)
      const head = await call('HEAD', LIST, { headers: accepting(coding) })
      t.same(headOf(head), headOf(hit), 'HEAD has the head of GET')
      t.equal(head.body.length, 0)
    }
    t.equal((await get(LIST, accepting('gzip, deflate, br, zstd'))).headers['content-encoding'], 'zstd')
    t.equal((await get(LIST, accepting('gzip, br;q=0.1, zstd;q=0'))).headers['content-encoding'], 'gzip')
    for (const accepted of [undefined, '', 'identity', 'gzip;q=0, br;q=0, zstd;q=0', '*;q=0', 'deflate']) {
      const whole = await get(LIST, accepted === undefined ? {} : accepting(accepted))
      t.same(headOf(whole), [undefined, '"v1"', 'Accept, Cookie, origin, Accept-Encoding', `${body.length}`])
      t.ok(whole.body.equals(body), `as it is for "${accepted}"`)
    }
    t.equal(origin.requests(LIST), 1)
  })

  t.test(`from ${name}, whoever has the answer in any coding gets 304`, { skip }, async (t) => {
    const { get, call, origin } = await open(t, await optionsOf(t))
    await get(LIST, WITH_ETAG)
    const cases: readonly [accepted: string, has: string, told: string][] = [
      ['br', '"v1~br"', '"v1~br"'],
      ['br', '"v0", W/"v1~br"', '"v1~br"'],
      ['gzip', '"v1~br"', '"v1~br"'],
      ['br', '"v1"', '"v1"'],
      ['identity', '"v1~zstd"', '"v1~zstd"']
    ]
    for (const [accepted, has, told] of cases) {
      for (const method of ['GET', 'HEAD']) {
        const known = await call(method, LIST, { headers: accepting(accepted, { 'if-none-match': has }) })
        t.equal(known.status, 304)
        t.same(headOf(known), [undefined, told, 'Accept, Cookie, origin, Accept-Encoding', undefined], has)
        t.equal(known.body.length, 0)
      }
    }
    t.equal((await get(LIST, accepting('br', { 'if-none-match': '"v2~br"' }))).status, 200)
    t.equal(origin.requests(LIST), 1)
  })
}

t.test('an own validator of the sidecar is another one in each coding, too', async (t) => {
  const { get } = await open(t)
  const plain = await get(LIST)
  const own = String(plain.headers['etag'])
  t.match(own, /^"~[\w-]+"$/)
  const coded = await get(LIST, accepting('br'))
  t.equal(coded.headers['etag'], own.replace(/"$/, '~br"'))
  t.equal((await get(LIST, accepting('br', { 'if-none-match': String(coded.headers['etag']) }))).status, 304)
})

t.test('the first answer, and those that waited for it, are coded as hits are', async (t) => {
  const { get, origin } = await open(t)
  const answers = await Promise.all(Array.from({ length: 20 }, () => get(LIST, accepting('br'))))
  t.equal(origin.requests(LIST), 1)
  for (const answer of answers) {
    t.equal(answer.headers['content-encoding'], 'br')
    t.ok(JSON.parse(brotliDecompressSync(answer.body).toString()), 'whole')
  }
})

t.test('a small answer, and one that is forwarded, go out as they came', async (t) => {
  const { get, origin } = await open(t)
  const me = origin.signIn(5)
  await get('/api/v1/agencies/branches', me)
  const small = await get('/api/v1/agencies/branches', { ...me, ...accepting('br') })
  t.match(statusOf(small), /^spms; hit/)
  t.ok(small.body.length < 1024)
  t.same(headOf(small).slice(0, 1), [undefined])
  const forwarded = await get('/api/v1/projects/list', { ...me, ...accepting('br') })
  t.match(statusOf(forwarded), /no-resource/)
  t.equal(forwarded.headers['content-encoding'], undefined)
})

t.test('an origin is asked whether the entry is current by its own validator', async (t) => {
  const conditions: (string | undefined)[] = []
  const { get, clock } = await openBareProxy(
    t,
    (request, response) => {
      const has = request.headers['if-none-match']
      conditions.push(has)
      const head = { 'content-type': 'application/json', etag: '"v1"', 'x-n': `${conditions.length}` }
      if (has === '"v1"') response.writeHead(304, head).end()
      else
        response
          .writeHead(200, head)
          .end(JSON.stringify({ user: { id: 1 }, about: 'again and '.repeat(300) }))
    },
    { codings: ['br'] }
  )
  const first = await get(SMALL, accepting('br'))
  clock.advance(3_630_000)
  const confirmed = await get(SMALL, accepting('br', { 'if-none-match': '"v1~br"' }))
  t.equal(confirmed.status, 304)
  t.same(conditions, [undefined, '"v1"'])
  const hit = await get(SMALL, accepting('br'))
  t.match(statusOf(hit), /^spms; hit/)
  t.equal(hit.headers['x-n'], '2', 'renewed')
  t.same(headOf(hit), headOf(first), 'and coded as before')
  t.ok(hit.body.equals(first.body))
  clock.advance(86_400_000)
  await get('/api/v1/anything', { 'if-none-match': '"v1~br"' })
  t.equal(conditions.at(-1), '"v1"', 'and so where a read is forwarded')
})

t.test('without codings, nothing is coded and nothing varies', async (t) => {
  const { get } = await open(t, { codings: [] })
  await get(LIST, WITH_ETAG)
  const hit = await get(LIST, accepting('br'))
  t.same(headOf(hit).slice(0, 3), [undefined, '"v1"', 'Accept, Cookie, origin'])
})

t.test('what callers have not read is the body that they were sent', async (t) => {
  const json = JSON.stringify({ user: { id: 1 }, about: 'again and '.repeat(30_000) })
  const { get, unread } = await openBareProxy(
    t,
    (_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end(json),
    { codings: ['gzip'] }
  )
  for (const accepted of ['gzip', 'gzip']) await get(SMALL, accepting(accepted))
  t.equal(unread.mayWait, false, 'a small one')
  await get(SMALL)
  t.equal(unread.mayWait, true, 'and a large one')
})
