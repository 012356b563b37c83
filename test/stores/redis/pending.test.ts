import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { epochOf } from '../../../src/cache/position.js'
import { eventually } from '../../support/eventually.js'
import { configuredBehaviour, needsOwnRedis, type RedisServer } from '../../support/redis-server.js'
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
import { createRecorder } from '../observer.js'
import { connectStore, redisFor, untilAsked, untilUp } from '../redis-fixtures.js'

/** Whether the server says which one it is. */
const hasIdentity = configuredBehaviour() === 'redis'

/** How a server stops to take writes while it goes on to answer reads, and how it takes them again. */
const WRITELESS: readonly [
  string,
  (server: RedisServer) => Promise<unknown>,
  (server: RedisServer) => Promise<unknown>,
  left: readonly string[]
][] = [
  [
    'without enough replicas',
    (server) => server.cli('config', 'set', 'min-replicas-to-write', '1'),
    (server) => server.cli('config', 'set', 'min-replicas-to-write', '0'),
    ['d']
  ],
  [
    'that has become a replica',
    (server) => server.cli('replicaof', '127.0.0.1', '1'),
    (server) => server.cli('replicaof', 'no', 'one'),
    // Meanwhile it could have had the data of another: its entries are of another epoch, unless no identity shows it.
    hasIdentity ? [] : ['d']
  ]
]

for (const [title, refuseWrites, takeWrites, left] of WRITELESS) {
  void t.test(
    `a server ${title} keeps invalidations pending, and nothing is read`,
    { skip: needsOwnRedis },
    async (t) => {
      const server = await redisFor(t)
      const { store, told } = await connectStore(t, { url: server.url })
      const storeKeys = ['a', 'b', 'c', 'd']
      await put(store, ...storeKeys.map((storeKey) => ({ storeKey, entry: tagged(`t:${storeKey}`) })))
      const position = await positionOf(store)
      await refuseWrites(server)
      t.match(await invalidateAtOnce(store, { keys: ['a'] }), { outcome: 'pending' })
      for (const openings of [2, 3, 4]) {
        await untilAsked(told, 'open', openings)
        await t.rejects(store.read(storeKeys), { name: 'StoreUnavailableError' })
        await t.rejects(putAt(store, position, { storeKey: 'x', entry: entryOf('') }))
      }
      t.match(await invalidateAtOnce(store, { tags: ['t:b'] }), { outcome: 'pending' })
      t.match(await invalidateAtOnce(store, { patterns: ['t:c*'] }), { outcome: 'pending' })
      t.match(await store.stats(), { state: 'down', pendingInvalidations: 3 })
      await takeWrites(server)
      await untilUp(store)
      t.strictSame(await readable(store, ...storeKeys), left)
      t.strictSame(await putAt(store, position, { storeKey: 'a', entry: entryOf('old') }), ['refused'])
      t.strictSame(
        told.invalidated.map(({ source, kinds, outcome, removed }) => [source, ...kinds, outcome, removed]),
        [['replay', 'key', 'tag', 'pattern', 'done', 3]]
      )
      t.strictSame(
        told.storeChanged.map(({ state }) => state),
        ['up', 'down', 'up']
      )
    }
  )
}

for (const [title, refuseWrites, takeWrites] of WRITELESS) {
  void t.test(`an invalidation waits for a server ${title}`, { skip: needsOwnRedis }, async (t) => {
    const server = await redisFor(t)
    const { store } = await connectStore(t, { url: server.url, invalidationTimeoutMs: 30_000 })
    await put(store, { storeKey: 'a', entry: entryOf('') }, { storeKey: 'b', entry: entryOf('') })
    await refuseWrites(server)
    const waiting = ['a', 'b'].map((key) => invalidate(store, { keys: [key] }))
    await eventually(async () => (await store.stats()).pendingInvalidations === 2)
    await t.rejects(store.read(['a']), { name: 'StoreUnavailableError' })
    await takeWrites(server)
    for (const each of waiting) t.match(await each, { outcome: 'done', position: /:\d+-\d+$/ })
    await untilUp(store)
    t.strictSame(await readable(store, 'a', 'b'), [])
  })
}

void t.test('a replica is not read, not even at start', { skip: needsOwnRedis }, async (t) => {
  const server = await redisFor(t)
  const { store, told } = await connectStore(t, { url: server.url })
  await put(store, { storeKey: 'a', entry: entryOf('') })
  await WRITELESS[1]?.[1](server)
  await server.cli('client', 'kill', 'type', 'normal')
  await untilAsked(told, 'open', 3)
  await t.rejects(store.read(['a']), { name: 'StoreUnavailableError' })
  await WRITELESS[1]?.[2](server)
  await untilUp(store)
})

void t.test(
  'a server without enough replicas is not read: it may have been replaced',
  { skip: needsOwnRedis },
  async (t) => {
    const server = await redisFor(t)
    const { store, told } = await connectStore(t, { url: server.url })
    await put(store, { storeKey: 'a', entry: entryOf('') })
    await WRITELESS[0]?.[1](server)
    await t.rejects(put(store, { storeKey: 'b', entry: entryOf('') }), { name: 'StoreUnavailableError' })
    await t.rejects(readable(store, 'a'), { name: 'StoreUnavailableError' })
    t.match(told.storeChanged.at(-1), { state: 'down', reason: /NOREPLICAS/ })
    await WRITELESS[0]?.[2](server)
    await untilUp(store)
    t.strictSame(await readable(store, 'a', 'b'), ['a'])
  }
)

void t.test('a fill that finds a replica ends the reading from it', { skip: needsOwnRedis }, async (t) => {
  const server = await redisFor(t)
  const { store, told } = await connectStore(t, { url: server.url })
  await put(store, { storeKey: 'a', entry: entryOf('') })
  await WRITELESS[1]?.[1](server)
  await t.rejects(put(store, { storeKey: 'b', entry: entryOf('') }), { name: 'StoreUnavailableError' })
  await t.rejects(store.read(['a']), { name: 'StoreUnavailableError' })
  t.match(told.storeChanged.at(-1), { state: 'down', reason: /READONLY/ })
})

void t.test('a journal that overflows makes everything unreadable', { skip: needsOwnRedis }, async (t) => {
  const server = await redisFor(t)
  const { store, told } = await connectStore(t, { url: server.url })
  await put(store, { storeKey: 'never-named', entry: tagged('t') })
  const position = await positionOf(store)
  await stopWrites(t, server)
  for (let at = 0; at < 10_001; at++) await invalidateAtOnce(store, { keys: [`k:${at}`] })
  t.equal((await store.stats()).pendingInvalidations, 1)
  await WRITELESS[0]?.[2](server)
  await untilUp(store)
  t.strictSame(await readable(store, 'never-named'), [])
  t.not(epochOf(await positionOf(store)), epochOf(position))
  t.match(told.invalidated, [{ source: 'replay', kinds: ['pattern', 'all'], outcome: 'done' }])
})

void t.test(
  'an invalidation that arrives while the journal is replayed is replayed, too',
  { skip: needsOwnRedis },
  async (t) => {
    const server = await redisFor(t)
    const { store } = await connectStore(t, { url: server.url })
    const storeKeys = Array.from({ length: 400 }, (_, at) => `k:${at}`)
    await put(store, ...storeKeys.map((storeKey) => ({ storeKey, entry: entryOf('') })))
    await stopWrites(t, server)
    for (const key of storeKeys.slice(0, 200)) await invalidateAtOnce(store, { keys: [key] })
    await WRITELESS[0]?.[2](server)
    for (const key of storeKeys.slice(200)) {
      await invalidateAtOnce(store, { keys: [key] })
      await sleep(4)
    }
    await untilUp(store)
    t.strictSame(await readable(store, ...storeKeys), [])
  }
)

void t.test(
  'an invalidation that arrives in the very moment of going up is done before',
  { skip: needsOwnRedis },
  async (t) => {
    const server = await redisFor(t)
    let arrived: Promise<unknown> | undefined
    const { store } = await connectStore(t, {
      url: server.url,
      observer: {
        ...createRecorder(),
        // The journal has just been emptied; the connection is about to go up.
        invalidated: () =>
          queueMicrotask(() => {
            arrived ??= invalidateAtOnce(store, { keys: ['b'] })
          })
      }
    })
    await put(store, { storeKey: 'a', entry: entryOf('') }, { storeKey: 'b', entry: entryOf('') })
    await stopWrites(t, server)
    await invalidateAtOnce(store, { keys: ['a'] })
    await WRITELESS[0]?.[2](server)
    await untilUp(store)
    t.match(await arrived, { outcome: 'pending' })
    t.strictSame(await readable(store, 'a', 'b'), [])
    t.equal((await store.stats()).pendingInvalidations, 0)
  }
)

const stopWrites = async (t: Test, server: RedisServer): Promise<void> => {
  await WRITELESS[0]?.[1](server)
  t.teardown(() => WRITELESS[0]?.[2](server))
}
