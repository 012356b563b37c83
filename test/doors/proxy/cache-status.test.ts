import t from 'tap'
import { StoreUnavailableError } from '../../../src/cache/errors.js'
import type { Store } from '../../../src/cache/store.js'
import { loadResources } from '../../../src/resources/load.js'
import { openSampleProxy, statusOf } from './open-proxy.js'

const PROFILE = '/api/v1/users/staffprofiles/3001'

/** The built-in rows allow no stale-while-revalidate. */
const STALE_TABLE = loadResources(
  `
identity: {}
families: { users: [/api/v1/users] }
resources:
  - { name: staff, path: '/api/v1/users/staffprofiles/{id}', key: 'staff:{id}', ttl: 10, staleWhileRevalidate: 30,
      staleIfError: 300, scope: public, families: [users] }
writes: []
`,
  { source: 'test', defaultTtlSeconds: 300, maxTtlSeconds: 3600 }
).table

t.test('a miss, a hit and what is left of its lifetime', async (t) => {
  const { get, clock } = await openSampleProxy(t)
  const miss = await get('/api/v1/users/5/projects')
  t.equal(statusOf(miss), 'spms; fwd=uri-miss; stored')
  t.equal(miss.headers['age'], undefined)
  clock.advance(12_400)
  const hit = await get('/api/v1/users/5/projects')
  t.equal(statusOf(hit), 'spms; hit; ttl=288')
  t.equal(hit.headers['age'], '12')
  t.same(hit.body, miss.body)
})

t.test(
  'stale answers, refreshed behind or because the origin fails, and a stale entry renewed',
  async (t) => {
    const { get, clock, origin, told } = await openSampleProxy(t, { table: STALE_TABLE })
    await get(PROFILE)
    clock.advance(22_000)
    const stale = await get(PROFILE)
    t.equal(statusOf(stale), 'spms; hit; ttl=-12')
    t.equal(stale.headers['age'], '22')
    while (told.originAsked.length < 2) await new Promise((resolve) => setImmediate(resolve))
    clock.advance(50_000)
    origin.fail = { status: 500 }
    t.equal(statusOf(await get(PROFILE)), 'spms; hit; ttl=-40')
    origin.fail = 'reset'
    t.equal(statusOf(await get(PROFILE)), 'spms; hit; ttl=-40')
    origin.fail = undefined
    t.equal(statusOf(await get(PROFILE)), 'spms; fwd=stale; stored')
    clock.advance(500_000)
    const wish = { 'x-sample-set-cookie': 'a=1' }
    t.equal(statusOf(await get(PROFILE, wish)), 'spms; fwd=uri-miss; detail=set-cookie', 'not stored')
  }
)

t.test('a stale entry whose successor cannot be stored', async (t) => {
  const { get, clock } = await openSampleProxy(t, { table: STALE_TABLE })
  await get(PROFILE)
  clock.advance(60_000)
  t.equal(
    statusOf(await get(PROFILE, { 'x-sample-set-cookie': 'a=1' })),
    'spms; fwd=stale; detail=set-cookie'
  )
})

t.test('collapsed readers', async (t) => {
  const { get, origin } = await openSampleProxy(t)
  origin.latency = { minMs: 100, maxMs: 100 }
  const answers = await Promise.all([get(PROFILE), get(PROFILE), get(PROFILE)])
  t.same(answers.map(statusOf).sort(), [
    'spms; fwd=uri-miss; collapsed',
    'spms; fwd=uri-miss; collapsed',
    'spms; fwd=uri-miss; stored'
  ])
})

t.test('every bypass, with its reason', async (t) => {
  const { get, call, origin } = await openSampleProxy(t)
  const me = origin.signIn(5)
  const bypass = (detail: string) => `spms; fwd=bypass; detail=${detail}`
  t.equal(statusOf(await get('/api/v1/agencies/branches?searchTerm=a', me)), bypass('search'))
  t.equal(statusOf(await get('/api/v1/users/5/projects?page=2')), bypass('query'))
  for (const path of ['/api/v1/projects/list', '/api/v1/users/list', '/health/', '/api/v1/projects/42']) {
    t.equal(statusOf(await get(path, me)), bypass('no-resource'), path)
  }
  t.equal(statusOf(await get('/api/v1/users/me')), bypass('no-identity'))
  t.equal(statusOf(await get(PROFILE, { range: 'bytes=0-1' })), bypass('range'))
  const page = await get(PROFILE, { accept: 'text/html,*/*;q=0.8' })
  t.equal(statusOf(page), bypass('html'))
  t.match(page.text(), /^<!doctype html>/)
  t.equal(statusOf(await call('HEAD', '/api/v1/projects/list', { headers: me })), bypass('no-resource'))
})

t.test('switched off', async (t) => {
  const { get } = await openSampleProxy(t, { mode: 'off' })
  for (const path of [PROFILE, PROFILE, '/health/']) {
    t.equal(statusOf(await get(path)), 'spms; fwd=bypass; detail=disabled')
  }
})

t.test('a caller without a proof', async (t) => {
  const { get, origin } = await openSampleProxy(t)
  const [me, other] = [origin.signIn(5), origin.signIn(6)]
  t.equal(statusOf(await get('/api/v1/agencies/branches', me)), 'spms; fwd=request; detail=unproven')
  t.equal(statusOf(await get('/api/v1/agencies/branches', me)), 'spms; hit; ttl=3600')
  t.equal(statusOf(await get('/api/v1/agencies/branches', other)), 'spms; fwd=request; detail=unproven')
})

t.test('without the store', async (t) => {
  const down = () => Promise.reject(new StoreUnavailableError('down'))
  const store: Store = {
    read: down,
    commit: down,
    invalidate: async () => ({ outcome: 'pending' }),
    sizes: down,
    list: down,
    recordsBetween: down,
    sweep: down,
    stats: down,
    endWaiting: () => undefined,
    close: async () => undefined
  }
  const { get, call, origin } = await openSampleProxy(t, { store })
  const unavailable = 'spms; fwd=uri-miss; detail=store-unavailable'
  t.equal(statusOf(await get(PROFILE)), unavailable)
  t.equal(statusOf(await get('/api/v1/users/me', origin.signIn(5))), unavailable)
  t.equal(statusOf(await get('/api/v1/agencies/branches', origin.signIn(5))), unavailable)
  t.equal(statusOf(await call('HEAD', PROFILE)), unavailable)
})

t.test('other methods', async (t) => {
  const { call, origin } = await openSampleProxy(t)
  const headers = origin.signIn(1)
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND']) {
    t.equal(statusOf(await call(method, '/api/v1/projects/9999', { headers })), 'spms; fwd=method', method)
  }
})

t.test('an upstream cache is named before this one', async (t) => {
  const { get } = await openSampleProxy(t)
  const upstream = { 'x-sample-cache-status': 'edge; hit' }
  t.same(statusOf(await get(PROFILE, upstream)), ['edge; hit', 'spms; fwd=uri-miss; stored'])
})
