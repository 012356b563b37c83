import t, { type Test } from 'tap'
import { needsOwnRedis } from '../support/redis-server.js'
import { HIT, statusOf, untilUp } from './in-process.js'
import { openPair, type Pair } from './pair.js'
import { SAMPLE } from './targets.js'

/** Each test is about one caller: what was stored before something happened is not shown to the later request. */
const pair = await openPair(t, SAMPLE)
const { origin, here, there, reset } = pair
t.beforeEach(reset)

type Headers = Readonly<Record<string, string>>

/** Of scope `identity` and `authenticated`. */
const PRIVATE = ['users/me', 'projects/mine', 'users/2', 'users/3', 'agencies/branches']

/** Reads everything until it is answered from the cache on both sidecars. */
const fill = async (t: Test, headers: Headers, paths = PRIVATE): Promise<void> => {
  for (const path of paths) await here.get(path, headers)
  for (const path of paths) {
    for (const sidecar of [here, there]) t.match(statusOf(await sidecar.get(path, headers)), HIT, path)
  }
}

/** The origin turns the caller away by now, and so must both sidecars. */
const isLockedOut = async (
  t: Test,
  headers: Headers,
  { here, there }: Pick<Pair, 'here' | 'there'> = pair
): Promise<void> => {
  for (const path of PRIVATE) {
    for (const sidecar of [here, there]) t.equal((await sidecar.get(path, headers)).status, 403, path)
  }
}

/** None of these tells the caller's number. */
const UNTOLD = PRIVATE.filter((path) => path !== 'users/me')

t.test('after a log-out through one sidecar the other shows nothing any more', async (t) => {
  const headers = origin.signIn(2)
  await fill(t, headers)
  t.equal((await there.write('POST', 'users/log-out', { headers })).status, 200)
  await isLockedOut(t, headers)
})

t.test('so it is for a caller whose number was never learned', async (t) => {
  const headers = origin.signIn(2)
  await fill(t, headers, UNTOLD)
  t.equal((await there.write('POST', 'users/log-out', { headers })).status, 200)
  await isLockedOut(t, headers)
})

t.test('a session that ended at the origin ends on both sidecars with the first 403', async (t) => {
  const headers = origin.signIn(2)
  await fill(t, headers)
  // The backend ends the session without a word to any sidecar.
  await origin.app.inject({ method: 'POST', url: '/api/v1/users/log-out', headers })
  t.equal((await there.get('projects/1', headers)).status, 403)
  await isLockedOut(t, headers)
})

t.test(
  'a 403 seen while Redis is away ends the session once it is back',
  { skip: needsOwnRedis },
  async (t) => {
    const hasty = await openPair(t, SAMPLE, {
      REDIS_COMMAND_TIMEOUT_MS: '100',
      INVALIDATION_TIMEOUT_MS: '200'
    })
    const headers = hasty.origin.signIn(2)
    for (const path of PRIVATE) await hasty.here.get(path, headers)
    await hasty.origin.app.inject({ method: 'POST', url: '/api/v1/users/log-out', headers })
    hasty.redis.freeze()
    t.teardown(() => hasty.redis.thaw())
    t.equal((await hasty.here.get('users/me', headers)).status, 403)
    t.match(await hasty.here.store.stats(), { pendingInvalidations: 1 })
    hasty.redis.thaw()
    await untilUp(hasty.here.store)
    await isLockedOut(t, headers, hasty)
  }
)

t.test('a caller who is deactivated through one sidecar is locked out on the other', async (t) => {
  for (const paths of [PRIVATE, UNTOLD]) {
    await reset()
    const headers = origin.signIn(2)
    await fill(t, headers, paths)
    const { status } = await there.write('POST', 'users/2/toggleactive', {
      headers: origin.signIn(1)
    })
    t.equal(status, 200)
    await isLockedOut(t, headers)
  }
})

t.test('a switched right shows in the next answer on both sidecars', async (t) => {
  const headers = origin.signIn(2)
  await fill(t, headers)
  for (const isSuperuser of [true, false]) {
    await there.write('POST', 'users/2/admin', { headers: origin.signIn(1) })
    for (const sidecar of [here, there]) {
      for (const path of ['users/me', 'users/2']) {
        t.match((await sidecar.get(path, headers)).json(), { is_superuser: isSuperuser }, path)
      }
    }
  }
})

t.test(
  'after a log-in as somebody else, the old session has nothing left and the new one has its own',
  async (t) => {
    const old = origin.signIn(2)
    await fill(t, old)
    const answer = await there.write('POST', 'users/log-in', {
      headers: old,
      json: { username: 'user3', password: 'sample' }
    })
    const lines = [answer.headers['set-cookie'] ?? []].flat()
    const renewed = { cookie: lines.map((line) => line.replace(/;.*/, '')).join('; ') }
    for (const path of ['projects/mine', 'users/me'])
      t.notMatch(statusOf(await here.get(path, old)), HIT, path)
    for (const sidecar of [here, there]) {
      t.match((await sidecar.get('users/me', renewed)).json(), { id: 3 })
      t.match((await sidecar.get('users/me', old)).json(), { id: 2 })
    }
  }
)

t.test(
  'who is signed on by the headers in front of an old session gets nothing of that session',
  async (t) => {
    const { cookie } = origin.signIn(2)
    await fill(t, { cookie })
    const user = origin.database.users.get(3)
    const signOn = {
      ...{ 'remote-user': user?.username ?? '', 'x-email': user?.email ?? '' },
      ...{ 'x-first-name': user?.first_name ?? '', 'x-last-name': user?.last_name ?? '' }
    }
    for (const sidecar of [here, there]) {
      t.match((await sidecar.get('users/me', { cookie, ...signOn })).json(), { id: 3 })
      t.match((await sidecar.get('users/me', { cookie })).json(), { id: 2 })
    }
  }
)

t.test('a password that is changed through one sidecar ends the other sessions on both', async (t) => {
  const [one, other] = [origin.signIn(2), origin.signIn(2)]
  await fill(t, one)
  await fill(t, other)
  const { status } = await there.write('PUT', 'users/change-password', {
    headers: one,
    json: { old_password: 'sample', new_password: 'another' }
  })
  t.equal(status, 200)
  for (const headers of [one, other]) await isLockedOut(t, headers)
})
