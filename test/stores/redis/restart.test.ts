import t from 'tap'
import { epochOf } from '../../../src/cache/position.js'
import { freePort } from '../../support/free-port.js'
import { eventually } from '../../support/eventually.js'
import { addressAt, needsOwnRedis, startRedis } from '../../support/redis-server.js'
import {
  entryOf,
  invalidate,
  invalidateAtOnce,
  positionOf,
  put,
  putAt,
  readable,
  tagged
} from '../fixtures.js'
import { connectStore, openStore, redisFor, untilUp, type WatchedStore } from '../redis-fixtures.js'

const states = ({ told }: WatchedStore): string[] => told.storeChanged.map(({ state }) => state)
const untilDown = ({ store }: WatchedStore): Promise<unknown> =>
  eventually(async () => (await store.stats()).state === 'down', { intervalMs: 5 })

void t.test('a server that is down at start is used once it is there', { skip: needsOwnRedis }, async (t) => {
  const port = await freePort()
  const watched = await openStore(t, { url: addressAt(port) })
  const { store } = watched
  await eventually(() => watched.told.storeChanged.length > 0, { intervalMs: 5 })
  await t.rejects(store.read(['a']), { name: 'StoreUnavailableError' })
  await t.rejects(put(store, { storeKey: 'a', entry: entryOf('') }), { name: 'StoreUnavailableError' })
  await t.rejects(store.sizes(['t']), { name: 'StoreUnavailableError' })
  await t.rejects(store.sweep(), { name: 'StoreUnavailableError' })
  t.match(await store.stats(), { state: 'down', usedBytes: undefined })
  t.match(await invalidateAtOnce(store, { keys: ['a'] }), { outcome: 'pending' })
  const server = await startRedis({ port })
  t.teardown(() => server.stop())
  await untilUp(store)
  t.strictSame(await put(store, { storeKey: 'a', entry: entryOf('') }), ['stored'])
  t.strictSame(states(watched), ['down', 'up'])
  t.match(watched.told.storeChanged, [{ reason: /ECONNREFUSED/ }])
  t.match(watched.told.invalidated, [{ source: 'replay', kinds: ['key'], outcome: 'done' }])
})

void t.test(
  'a server killed under use and restarted empty has nothing of before',
  { skip: needsOwnRedis },
  async (t) => {
    const server = await redisFor(t)
    const watched = await connectStore(t, { url: server.url })
    const { store } = watched
    await put(store, { storeKey: 'a', entry: tagged('t') })
    const position = await positionOf(store)
    const inFlight = Promise.allSettled(Array.from({ length: 50 }, () => store.read(['a'])))
    await server.kill()
    for (const { status, reason } of (await inFlight).map((one) => ({ reason: undefined, ...one }))) {
      if (status === 'rejected') t.match(reason, { name: 'StoreUnavailableError' })
    }
    await untilDown(watched)
    await server.restart()
    await untilUp(store)
    t.strictSame(await readable(store, 'a'), [])
    t.strictSame(await putAt(store, position, { storeKey: 'a', entry: entryOf('old') }), ['refused'])
    t.equal(await store.recordsBetween(position, await positionOf(store)), undefined)
    t.strictSame(states(watched), ['up', 'down', 'up'])
  }
)

void t.test('nothing of an old snapshot is readable', { skip: needsOwnRedis }, async (t) => {
  const server = await redisFor(t)
  const watched = await connectStore(t, { url: server.url })
  const other = await connectStore(t, { url: server.url })
  const { store } = watched
  const beforeSnapshot = await positionOf(store)
  await put(store, { storeKey: 'a', entry: tagged('t') }, { storeKey: '@proof:p', entry: tagged('t') })
  await server.cli('save')
  t.match(await invalidate(store, { tags: ['t'] }), { outcome: 'done', removed: 2 })
  const afterSnapshot = await positionOf(store)
  await server.kill('SIGKILL')
  await untilDown(watched)
  await untilDown(other)
  await server.restart({ keepData: true })
  await Promise.all([untilUp(store), untilUp(other.store)])
  t.equal(Number(await server.cli('exists', 'spms:a', 'spms:@proof:p')), 2, 'the snapshot has them')
  for (const each of [store, other.store]) t.strictSame(await readable(each, 'a', '@proof:p'), [])
  for (const position of [beforeSnapshot, afterSnapshot]) {
    t.strictSame(await putAt(store, position, { storeKey: 'b', entry: entryOf('old') }), ['refused'])
  }
  const position = await positionOf(store)
  t.not(epochOf(position), epochOf(afterSnapshot))
  t.equal(await positionOf(other.store), position, 'one new epoch for all')
  t.equal(watched.told.epochBegan.length + other.told.epochBegan.length, 2, 'one each time')
  t.strictSame(states(watched), ['up', 'down', 'up'])
})

void t.test('a lost connection alone costs no entry', async (t) => {
  const server = await redisFor(t)
  const watched = await connectStore(t, { url: server.url })
  const { store } = watched
  await put(store, { storeKey: 'a', entry: tagged('t') })
  const position = await positionOf(store)
  await server.cli('client', 'kill', 'type', 'normal')
  await eventually(() => states(watched).length === 3, { intervalMs: 5 })
  t.strictSame(await readable(store, 'a'), ['a'])
  t.strictSame(await putAt(store, position, { storeKey: 'b', entry: entryOf('') }), ['stored'])
  t.strictSame(states(watched), ['up', 'down', 'up'])
})

void t.test('an emptied server begins a new epoch without losing the connection', async (t) => {
  const server = await redisFor(t)
  for (const ask of ['read', 'commit', 'invalidate'] as const) {
    const watched = await connectStore(t, { url: server.url })
    const { store } = watched
    const position = await positionOf(store)
    await server.cli('flushall')
    const startedAt = performance.now()
    if (ask === 'read') await t.rejects(store.read(['a']), { name: 'StoreUnavailableError' })
    if (ask === 'commit') {
      await t.rejects(putAt(store, position, { storeKey: 'a', entry: entryOf('') }), {
        name: 'StoreUnavailableError'
      })
    }
    if (ask === 'invalidate') t.match(await invalidate(store, { keys: ['a'] }), { outcome: 'done' })
    await untilUp(store)
    t.ok(performance.now() - startedAt < 2000, `${ask}: recovered at once`)
    t.not(epochOf(await positionOf(store)), epochOf(position))
    t.strictSame(await putAt(store, position, { storeKey: 'a', entry: entryOf('old') }), ['refused'])
    t.strictSame(states(watched), ask === 'invalidate' ? ['up'] : ['up', 'down', 'up'])
    t.match(watched.told.epochBegan.at(-1), { reason: 'no-epoch' })
    await store.close()
  }
})
