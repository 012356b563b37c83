import t, { type Test } from 'tap'
import type { Store } from '../../../src/cache/store.js'
import { eventually } from '../../support/eventually.js'
import { needsOwnRedis, type RedisServer } from '../../support/redis-server.js'
import { entryOf, invalidate, invalidateAtOnce, positionOf, put, putAt, readable } from '../fixtures.js'
import { connectStore, infoOf, openStore, redisFor, untilUp } from '../redis-fixtures.js'

void t.test(
  'a wrong password is told, and the store is used once it is right',
  { skip: needsOwnRedis },
  async (t) => {
    const server = await redisFor(t, { password: 'right' })
    const { store, told } = await openStore(t, { url: server.url.replace('right', 'wrong') })
    await eventually(() => told.storeChanged.length > 0)
    t.match(told.storeChanged, [{ state: 'down', reason: /WRONGPASS/ }])
    await t.rejects(store.read(['a']), { name: 'StoreUnavailableError' })
    t.match(await invalidateAtOnce(store, { keys: ['a'] }), { outcome: 'pending' })
    await server.cli('config', 'set', 'requirepass', 'wrong')
    await untilUp(store)
    t.strictSame(await put(store, { storeKey: 'a', entry: entryOf('') }), ['stored'])
    t.equal(told.storeChanged.length, 2)
  }
)

void t.test('a password that is asked for later is told, too', { skip: needsOwnRedis }, async (t) => {
  const server = await redisFor(t)
  const { store, told } = await openStore(t, { url: server.url })
  await untilUp(store)
  const admin = server.client()
  await admin.config('SET', 'requirepass', 'new')
  await admin.call('client', 'kill', 'type', 'normal', 'skipme', 'yes')
  await eventually(() => told.storeStaysDown.length > 0)
  t.match(told.storeChanged.at(-1), { state: 'down' })
  await t.rejects(store.read(['a']), { name: 'StoreUnavailableError' })
  await admin.config('SET', 'requirepass', '')
  await untilUp(store)
  await put(store, { storeKey: 'a', entry: entryOf('') })
  t.equal(await server.cli('exists', 'spms:a'), 1, 'in the database that it was told')
})

/** Returns how many entries of 10 kB, `e:0` …, were stored before the server refused one. */
const fillUp = async (t: Test, store: Store): Promise<number> => {
  const body = Buffer.alloc(10_000, 'x')
  for (let at = 0; at < 5000; at++) {
    try {
      await put(store, {
        storeKey: `e:${at}`,
        entry: entryOf(body, { tags: ['even', 'odd'].slice(at % 2, (at % 2) + 1) })
      })
    } catch (error) {
      t.match(error, { name: 'StoreUnavailableError', cause: { message: /OOM/ } })
      return at
    }
  }
  return Promise.reject(new Error('the server takes everything'))
}

const fullServer = async (t: Test): Promise<RedisServer> =>
  redisFor(t, { args: ['--maxmemory', '4mb', '--maxmemory-policy', 'noeviction'] })

/** Far beyond its limit, so that no removal alone brings it below. */
const overfill = async (server: RedisServer): Promise<void> => {
  const used = Number(await infoOf(server, 'memory', 'used_memory'))
  await server.cli('config', 'set', 'maxmemory', String(Math.floor(used / 2)))
}

void t.test(
  'a full server takes no fills, but is read and takes invalidations',
  { skip: needsOwnRedis },
  async (t) => {
    const server = await fullServer(t)
    const { store, told } = await connectStore(t, { url: server.url })
    const count = await fillUp(t, store)
    t.ok(count > 50, `${count} entries`)
    await overfill(server)
    const position = await positionOf(store)
    const storeKeys = Array.from({ length: count }, (_, at) => `e:${at}`)
    t.strictSame(await readable(store, ...storeKeys), storeKeys)
    for (const [named, left] of [
      [{ keys: ['nothing'] }, count],
      [{ keys: ['e:0'] }, count - 1],
      [{ tags: ['nothing'], patterns: ['nothing*'] }, count - 1],
      [{ patterns: ['e:?'] }, count - 10],
      [{ tags: ['odd'] }, Math.ceil(count / 2) - 5]
    ] as const) {
      t.match(await invalidate(store, named), { outcome: 'done' }, JSON.stringify(named))
      t.equal((await readable(store, ...storeKeys)).length, left)
      await t.rejects(putAt(store, position, { storeKey: 'other', entry: entryOf('') }), {
        name: 'StoreUnavailableError'
      })
      await overfill(server)
    }
    t.match(await invalidate(store, { all: true }), { outcome: 'done' })
    t.strictSame(await readable(store, ...storeKeys), [])
    t.equal(told.storeChanged.length, 1, 'up all the time')
    await server.cli('config', 'set', 'maxmemory', '0')
    t.strictSame(await put(store, { storeKey: 'other', entry: entryOf('') }), ['stored'])
  }
)

void t.test('a server that is full at start is used', { skip: needsOwnRedis }, async (t) => {
  const server = await redisFor(t, { args: ['--maxmemory-policy', 'noeviction'] })
  await server.cli('set', 'foreign', 'x'.repeat(2_000_000))
  await overfill(server)
  const { store } = await connectStore(t, { url: server.url })
  t.strictSame(await readable(store, 'a'), [])
  t.match(await invalidate(store, { keys: ['a'], patterns: ['b*'] }), { outcome: 'done' })
})
