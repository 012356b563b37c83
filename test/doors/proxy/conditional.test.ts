import t from 'tap'
import { openSampleProxy, statusOf } from './open-proxy.js'

const PROFILE = '/api/v1/users/staffprofiles/3001'
const WITH_ETAG = { 'x-sample-etag': '"v1"', 'x-sample-content-location': '/here' }

t.test('HEAD has the head of the stored GET, and no body', async (t) => {
  const { get, call, exchange, origin } = await openSampleProxy(t)
  const miss = await get(PROFILE)
  const head = await call('HEAD', PROFILE)
  t.equal(statusOf(head), 'spms; hit; ttl=3600')
  t.equal(head.headers['content-length'], `${miss.body.length}`)
  t.equal(head.headers['content-type'], miss.headers['content-type'])
  t.equal(origin.requests(PROFILE), 1)
  const raw = await exchange(`HEAD ${PROFILE} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)
  t.match(raw, /^HTTP\/1\.1 200 OK\r\n/)
  t.match(raw, /\r\n\r\n$/, 'nothing follows the head')
})

t.test('HEAD goes to the origin when nothing is stored, and never fills', async (t) => {
  const { get, call, origin } = await openSampleProxy(t)
  for (const n of [1, 2]) {
    const head = await call('HEAD', PROFILE)
    t.equal(head.status, 200)
    t.equal(statusOf(head), 'spms; fwd=uri-miss')
    t.equal(origin.requests(PROFILE), n)
  }
  t.equal(statusOf(await get(PROFILE)), 'spms; fwd=uri-miss; stored')
})

t.test('a caller who has the stored answer gets 304 from the cache', async (t) => {
  const { get, origin } = await openSampleProxy(t)
  await get(PROFILE, WITH_ETAG)
  const known = await get(PROFILE, { 'if-none-match': 'W/"v0", W/"v1"' })
  t.equal(known.status, 304)
  t.equal(statusOf(known), 'spms; hit; ttl=3600')
  t.match(known.headers, { etag: '"v1"', age: '0', 'content-location': '/here' })
  t.same(
    [known.body.length, known.headers['content-type'], known.headers['content-length']],
    [0, undefined, undefined]
  )
  t.equal((await get(PROFILE, { 'if-none-match': '"v2"' })).status, 200)
  t.equal(origin.requests(PROFILE), 1)
})

t.test(
  'a caller whose condition meets a miss gets what it asked for, and all others a whole answer',
  async (t) => {
    const { get } = await openSampleProxy(t)
    const conditional = await get(PROFILE, { ...WITH_ETAG, 'if-none-match': '"v1"' })
    t.equal(conditional.status, 304)
    t.equal(statusOf(conditional), 'spms; fwd=uri-miss; stored')
    const whole = await get(PROFILE)
    t.equal(whole.status, 200)
    t.match(whole.json(), { id: 3001 })
  }
)

t.test('conditions of a bypass are the origin’s', async (t) => {
  const { get, origin } = await openSampleProxy(t)
  const me = origin.signIn(5)
  const answer = await get('/api/v1/projects/1', { ...me, ...WITH_ETAG, 'if-none-match': '"v1"' })
  t.equal(answer.status, 304)
  t.match(statusOf(answer), /no-resource/)
})

t.test('an entry is refreshed by a 304 of the origin, and keeps its body', async (t) => {
  const { get, clock, origin } = await openSampleProxy(t)
  const first = await get(PROFILE, WITH_ETAG)
  clock.advance(3_630_000)
  const refreshed = await get(PROFILE, { ...WITH_ETAG, 'x-sample-x-note': 'new' })
  t.equal(refreshed.status, 200)
  t.equal(statusOf(refreshed), 'spms; fwd=stale; stored')
  const hit = await get(PROFILE)
  t.equal(statusOf(hit), 'spms; hit; ttl=3600')
  t.equal(hit.headers['x-note'], 'new')
  t.same(hit.body, first.body)
  t.equal(hit.headers['content-length'], `${first.body.length}`)
  t.equal(origin.requests(PROFILE), 2)
})

t.test('a 304 that sets a cookie is a whole answer for the caller who did not ask for it', async (t) => {
  const { get, clock } = await openSampleProxy(t)
  const first = await get(PROFILE, WITH_ETAG)
  clock.advance(3_630_000)
  const answer = await get(PROFILE, { ...WITH_ETAG, 'x-sample-set-cookie': 'a=1' })
  t.equal(answer.status, 200)
  t.equal(answer.headers['set-cookie'], 'a=1')
  t.same(answer.body, first.body)
})

t.test('the age that an answer came with counts', async (t) => {
  const { get, clock } = await openSampleProxy(t)
  const aged = { 'x-sample-age': '20', 'x-sample-cache-control': 'max-age=100' }
  await get(PROFILE, aged)
  clock.advance(5000)
  const hit = await get(PROFILE)
  t.equal(hit.headers['age'], '25')
  t.equal(statusOf(hit), 'spms; hit; ttl=75')
})
