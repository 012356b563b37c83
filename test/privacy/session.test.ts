import t from 'tap'
import type { HttpAnswer } from '../support/http.js'
import { openSampleProxy, type SampleProxy, statusOf } from '../doors/proxy/open-proxy.js'

const ME = '/api/v1/users/me'
const BRANCHES = '/api/v1/agencies/branches'

const idOf = (answer: HttpAnswer): unknown => (answer.json() as { id?: number }).id
const signOn = (name: string) => ({
  'remote-user': name,
  'x-email': `${name}@example.org`,
  'x-first-name': 'First',
  'x-last-name': 'Last'
})

/** Until the read is answered from the cache. */
const warm = async (
  { get }: SampleProxy,
  path: string,
  headers: Record<string, string>
): Promise<HttpAnswer> => {
  await get(path, headers)
  return get(path, headers)
}

t.test('everybody sees himself, however often and in whatever order', async (t) => {
  const proxy = await openSampleProxy(t)
  const sessions = [2, 3, 4, 5].map((user) => [user, proxy.origin.signIn(user)] as const)
  for (let round = 0; round < 3; round++) {
    for (const [user, headers] of sessions) {
      const answer = await proxy.get(ME, headers)
      t.equal(idOf(answer), user)
      t.match(statusOf(answer), round === 0 ? /stored/ : /hit/)
    }
  }
})

t.test('single sign-on overrides the session, and only when it is whole', async (t) => {
  const proxy = await openSampleProxy(t)
  const session = proxy.origin.signIn(2)
  t.equal(idOf(await warm(proxy, ME, session)), 2)
  t.equal(idOf(await warm(proxy, ME, { ...session, ...signOn('user3') })), 3)
  for (const missing of Object.keys(signOn('user3'))) {
    const partial = Object.fromEntries(Object.entries(signOn('user3')).filter(([name]) => name !== missing))
    t.equal(idOf(await warm(proxy, ME, { ...session, ...partial })), 2, `without ${missing}`)
    const nobody = await warm(proxy, ME, partial)
    t.equal(nobody.status, 403)
  }
  t.equal(idOf(await proxy.get(ME, session)), 2)
})

t.test('anonymous callers get what the origin says to them, whatever is stored', async (t) => {
  const proxy = await openSampleProxy(t)
  const session = proxy.origin.signIn(2)
  for (const path of [ME, BRANCHES, '/api/v1/projects/mine', '/api/v1/users/3']) {
    t.match(statusOf(await warm(proxy, path, session)), /hit/, path)
    for (const headers of [
      {},
      { cookie: 'spmscsrf=a' },
      { cookie: 'sessionid=stolen' },
      { 'x-email': 'user2@example.org' }
    ]) {
      t.equal((await proxy.get(path, headers)).status, 403, `${path} ${JSON.stringify(headers)}`)
      const head = await proxy.call('HEAD', path, { headers })
      t.same([head.status, head.headers['age']], [403, undefined])
    }
  }
})

t.test('after log-out the same cookie shows nothing any more', async (t) => {
  const proxy = await openSampleProxy(t)
  const [session, other] = [proxy.origin.signIn(2), proxy.origin.signIn(3)]
  for (const path of [ME, BRANCHES]) {
    await warm(proxy, path, session)
    await warm(proxy, path, other)
  }
  t.equal((await proxy.call('POST', '/api/v1/users/log-out', { headers: session })).status, 200)
  for (const path of [ME, BRANCHES]) {
    t.equal((await proxy.get(path, session)).status, 403)
    t.match(statusOf(await proxy.get(path, other)), /hit/, 'others keep theirs')
  }
})

t.test('a new password ends every session of its user, and what was kept for them', async (t) => {
  const proxy = await openSampleProxy(t)
  const sessions = [proxy.origin.signIn(2), proxy.origin.signIn(2)]
  for (const headers of sessions) {
    await warm(proxy, ME, headers)
    await warm(proxy, BRANCHES, headers)
  }
  const [mine = proxy.origin.signIn(2)] = sessions
  const changed = await proxy.call('PUT', '/api/v1/users/change-password', {
    headers: { ...mine, 'content-type': 'application/json' },
    body: JSON.stringify({ old_password: 'sample', new_password: 'other' })
  })
  t.equal(changed.status, 200)
  for (const headers of sessions) {
    t.equal((await proxy.get(ME, headers)).status, 403)
    t.equal((await proxy.get(BRANCHES, headers)).status, 403)
  }
})

t.test('a session that the origin has ended by itself ends with its first 403', async (t) => {
  const proxy = await openSampleProxy(t)
  const session = proxy.origin.signIn(2)
  await warm(proxy, ME, session)
  await warm(proxy, BRANCHES, session)
  await proxy.origin.app.inject({ method: 'POST', url: '/api/v1/users/log-out', headers: session })
  t.match(statusOf(await proxy.get(ME, session)), /hit/, 'nobody knows yet: the TTL bounds it')
  t.equal((await proxy.get('/api/v1/projects/1', session)).status, 403)
  t.equal((await proxy.get(ME, session)).status, 403)
  t.equal((await proxy.get(BRANCHES, session)).status, 403)
})

t.test('without hearing of it, what is shared is shown for ten minutes at most', async (t) => {
  const proxy = await openSampleProxy(t)
  const session = proxy.origin.signIn(2)
  await warm(proxy, BRANCHES, session)
  await proxy.origin.app.inject({ method: 'POST', url: '/api/v1/users/log-out', headers: session })
  proxy.clock.advance(599_999)
  t.match(statusOf(await proxy.get(BRANCHES, session)), /hit/)
  proxy.clock.advance(1)
  t.equal((await proxy.get(BRANCHES, session)).status, 403)
})

t.test('log-in begins anew', async (t) => {
  const proxy = await openSampleProxy(t)
  const before = proxy.origin.signIn(2)
  await warm(proxy, ME, before)
  const login = await proxy.call('POST', '/api/v1/users/log-in', {
    headers: { ...before, 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'user3', password: 'sample' })
  })
  const cookie = [login.headers['set-cookie']]
    .flat()
    .map((line) => line?.split(';', 1)[0])
    .join('; ')
  t.equal(idOf(await proxy.get(ME, { cookie })), 3)
  t.match(statusOf(await proxy.get(ME, before)), /fwd=uri-miss/)
})
