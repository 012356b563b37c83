import t from 'tap'
import { isProblem, openDoor, type OpenDoor } from './open-door.js'

interface Lock {
  readonly token: string
  readonly fence: string
  readonly position: string
  readonly ttl: number
}

const acquire = (call: OpenDoor['call'], name: string, json: object = { ttl: 10 }) =>
  call('POST', `/v1/locks/${name}`, { json })

t.test('a lock is acquired, kept, looked at and released', async (t) => {
  const { call, clock } = await openDoor(t)
  t.same((await call('GET', '/v1/locks/a')).json(), { held: false, ttl: 0 })
  const answer = await acquire(call, 'a')
  t.equal(answer.status, 201)
  const lock = answer.json() as Lock
  t.match(lock, { token: /^[\w-]{22}$/, fence: /^\d{16}-\d{16}$/, position: /:\d+-\d+$/, ttl: 10 })
  t.equal((await call('PUT', `/v1/entries/v?position=${lock.position}`, { body: 'x' })).status, 204)
  t.same((await call('GET', '/v1/locks/spms:a')).json(), { held: true, ttl: 10 })
  clock.advance(8_500)
  const held = await acquire(call, 'spms:a')
  isProblem(t, held, 423)
  t.equal(held.headers['retry-after'], '2')
  const renewed = await call('POST', '/v1/locks/a/renew', { json: { token: lock.token, ttl: 60 } })
  t.same([renewed.status, renewed.json()], [200, { ttl: 60 }])
  t.same((await call('GET', '/v1/locks/a')).json(), { held: true, ttl: 60 })
  t.equal((await call('DELETE', `/v1/locks/a?token=${lock.token}`)).status, 204)
  isProblem(t, await call('DELETE', `/v1/locks/a?token=${lock.token}`), 409, 'token')
  isProblem(
    t,
    await call('POST', '/v1/locks/a/renew', { json: { token: lock.token, ttl: 60 } }),
    409,
    'token'
  )
  t.ok(((await acquire(call, 'a')).json() as Lock).fence > lock.fence)
})

t.test('who waits gets it once the lease is over', async (t) => {
  const { call } = await openDoor(t)
  await acquire(call, 'a', { ttl: 5 })
  isProblem(t, await acquire(call, 'a', { ttl: 5, wait: 3.5 }), 423)
  t.equal((await acquire(call, 'a', { ttl: 5, wait: 3 })).status, 201)
})

t.test('what is asked for wrongly is named, and locks nothing', async (t) => {
  const { call } = await openDoor(t)
  for (const [json, field] of [
    [{}, 'ttl'],
    [{ ttl: 0 }, 'ttl'],
    [{ ttl: 3601 }, 'ttl'],
    [{ ttl: 1.5 }, 'ttl'],
    [{ ttl: '5' }, 'ttl'],
    [{ ttl: 5, wait: -1 }, 'wait'],
    [{ ttl: 5, wait: 31 }, 'wait'],
    [{ ttl: 5, wait: '1' }, 'wait'],
    [{ ttl: 5, token: 'x' }, 'token']
  ] as const)
    isProblem(t, await acquire(call, 'a', json), 400, field, JSON.stringify(json))
  for (const name of ['', '@a', 'a%20b', 'a'.repeat(513)])
    isProblem(t, await acquire(call, name), 400, 'name')
  isProblem(t, await call('POST', '/v1/locks/a', { body: 'x' }), 415, 'content-type')
  isProblem(t, await call('DELETE', '/v1/locks/a'), 400, 'token')
  isProblem(t, await call('DELETE', '/v1/locks/a?token=x'), 400, 'token')
  isProblem(t, await call('POST', '/v1/locks/a/renew', { json: { token: 'x', ttl: 5 } }), 400, 'token')
  t.same((await call('GET', '/v1/locks/a')).json(), { held: false, ttl: 0 })
})

t.test('without the store it is 503, and no lock', async (t) => {
  const { call, cut } = await openDoor(t)
  const { token } = (await acquire(call, 'a')).json() as Lock
  cut()
  for (const answer of [
    await acquire(call, 'b', { ttl: 5, wait: 1 }),
    await call('POST', '/v1/locks/a/renew', { json: { token, ttl: 5 } }),
    await call('DELETE', `/v1/locks/a?token=${token}`),
    await call('GET', '/v1/locks/a')
  ]) {
    isProblem(t, answer, 503)
    t.equal(answer.headers['retry-after'], '1')
  }
})

t.test('values do not stand in the way of a lock, nor a lock in that of a value', async (t) => {
  const { call } = await openDoor(t)
  await call('PUT', '/v1/entries/a?tag=lock:a', { body: 'x' })
  t.equal((await acquire(call, 'a')).status, 201)
  t.equal((await call('GET', '/v1/entries/a')).text(), 'x')
  await call('POST', '/v1/invalidations', { json: { all: true, keys: ['a', 'lock:a'], patterns: ['*'] } })
  isProblem(t, await acquire(call, 'a'), 423)
})
