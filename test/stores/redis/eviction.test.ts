import t, { type Test } from 'tap'
import { invalidationOf } from '../../../src/cache/invalidation.js'
import { epochOf, randomEpoch } from '../../../src/cache/position.js'
import type { Store } from '../../../src/cache/store.js'
import { KnownServer } from '../../../src/stores/redis/known-server.js'
import { RememberedPosition } from '../../../src/stores/redis/remembered-position.js'
import { redisKeysUnder } from '../../../src/stores/redis/scripts/redis-keys.js'
import { createRedisInvalidate } from '../../../src/stores/redis/invalidate.js'
import { createScriptRunner } from '../../../src/stores/redis/scripts/script.js'
import { eventually } from '../../support/eventually.js'
import { needsOwnRedis, type RedisServer } from '../../support/redis-server.js'
import { entryOf, invalidate, positionOf, put, readable, tagged } from '../fixtures.js'
import { createRecorder } from '../observer.js'
import { connectStore, infoOf, redisFor, untilUp } from '../redis-fixtures.js'

const evictionsOf = async (server: RedisServer): Promise<number> =>
  Number(await infoOf(server, 'stats', 'evicted_keys'))

/** Itself, as Redis Enterprise does not say what it evicts. */
const serverWith = (t: Test, policy: string): Promise<RedisServer> =>
  redisFor(t, { behavesAs: 'redis', args: ['--maxmemory', '6mb', '--maxmemory-policy', policy] })

/** Entries of 8 kB, each under a tag of its own and one that all have. */
const write = async (store: Store, from: number, to: number): Promise<void> => {
  for (let at = from; at < to; at += 5) {
    const writes = [0, 1, 2, 3, 4].map((more) => ({
      storeKey: `e:${at + more}`,
      entry: entryOf(Buffer.alloc(8000, 'x'), { tags: [`t:${at + more}`, 'all-of-them'] })
    }))
    // Under allkeys-lru even the epoch may be evicted: the store then begins another.
    await put(store, ...writes).catch(() => untilUp(store))
  }
}

const names = (count: number, prefix: string): string[] =>
  Array.from({ length: count }, (_, at) => `${prefix}${at}`)

const present = async (server: RedisServer, keys: readonly string[]): Promise<Set<string>> => {
  const redis = server.client()
  const found = await Promise.all(keys.map((key) => redis.exists(key)))
  return new Set(keys.filter((_, at) => found[at] === 1))
}

const orphansOf = async (server: RedisServer, count: number): Promise<string[]> => {
  const found = await present(server, [...names(count, 'spms:e:'), ...names(count, 'spms:@tag:t:')])
  return names(count, '').filter((n) => found.has(`spms:e:${n}`) && !found.has(`spms:@tag:t:${n}`))
}

void t.test(
  'entries whose tag index was evicted are not readable after its invalidation',
  { skip: needsOwnRedis },
  async (t) => {
    const server = await serverWith(t, 'allkeys-lru')
    const { store, told } = await connectStore(t, { url: server.url })
    let count = 0
    let live: string[] = []
    while (live.length === 0 && count < 4000) {
      await server.cli('config', 'set', 'maxmemory', '6mb')
      await write(store, count, count + 200)
      count += 200
      await server.cli('config', 'set', 'maxmemory', '0')
      await eventually(() => positionOf(store))
      const orphans = await orphansOf(server, count)
      live = await readable(store, ...orphans.map((n) => `e:${n}`))
    }
    t.ok((await evictionsOf(server)) > 0, `${await evictionsOf(server)} keys were evicted`)
    t.ok(live.length > 0, `${live.length} readable entries have outlived their index`)
    const [storeKey = ''] = live
    const before = await positionOf(store)
    t.match(await invalidate(store, { tags: [storeKey.replace('e:', 't:')] }), { outcome: 'done' })
    t.strictSame(await readable(store, storeKey), [])
    t.not(epochOf(await positionOf(store)), epochOf(before))
    // The log, or what is known of the server, may have been evicted, too.
    t.match(told.epochBegan.at(-1), { reason: /evictions|no-epoch|another-server/ })
    const after = await positionOf(store)
    await invalidate(store, { tags: ['unrelated'] })
    t.equal(epochOf(await positionOf(store)), epochOf(after), 'evictions are counted once')
  }
)

void t.test(
  'evictions that CONFIG RESETSTAT has hidden are evictions all the same',
  { skip: needsOwnRedis },
  async (t) => {
    const server = await serverWith(t, 'allkeys-lru')
    const { store, told } = await connectStore(t, { url: server.url })
    await put(store, { storeKey: 'a', entry: tagged('t') })
    await invalidate(store, { tags: ['other'] })
    await evictIndex(server, 'spms:@tag:t')
    await server.cli('config', 'resetstat')
    t.match(await invalidate(store, { tags: ['t'] }), { outcome: 'done' })
    t.strictSame(await readable(store, 'a'), [])
    t.match(told.epochBegan.at(-1), { reason: 'evictions' })
  }
)

void t.test('invalidations at the same time find evictions once', { skip: needsOwnRedis }, async (t) => {
  const server = await serverWith(t, 'allkeys-lru')
  const watched = [
    await connectStore(t, { url: server.url }),
    await connectStore(t, { url: server.url }),
    await connectStore(t, { url: server.url })
  ]
  await evictIndex(server, 'none')
  const all = await Promise.all(watched.map(({ store }) => invalidate(store, { tags: ['t'] })))
  for (const result of all) t.match(result, { outcome: 'done' })
  const begun = watched.flatMap(({ told }) => told.epochBegan.map(({ reason }) => reason))
  t.strictSame(begun, ['no-epoch', 'evictions'])
})

void t.test('a policy that is changed while it runs is noticed', { skip: needsOwnRedis }, async (t) => {
  const server = await serverWith(t, 'volatile-lru')
  const { store, told } = await connectStore(t, { url: server.url })
  await put(store, { storeKey: 'a', entry: tagged('t') })
  await server.cli('config', 'set', 'maxmemory-policy', 'allkeys-random')
  await evictIndex(server, 'spms:@tag:t')
  t.match(await invalidate(store, { tags: ['t'] }), { outcome: 'done' })
  t.strictSame(await readable(store, 'a'), [])
  t.match(told.epochBegan.at(-1), { reason: 'evictions' })
})

void t.test('without evictions allkeys-lru costs no new epoch', { skip: needsOwnRedis }, async (t) => {
  const server = await serverWith(t, 'allkeys-lru')
  const { store } = await connectStore(t, { url: server.url })
  const before = await positionOf(store)
  for (const named of [{ tags: ['t'] }, { keys: ['k'] }, { patterns: ['p*'] }]) await invalidate(store, named)
  t.equal(epochOf(await positionOf(store)), epochOf(before))
  t.equal(await evictionsOf(server), 0)
})

void t.test(
  'under volatile-lru no index is evicted before its entries',
  { skip: needsOwnRedis },
  async (t) => {
    const server = await serverWith(t, 'volatile-lru')
    const { store, told } = await connectStore(t, { url: server.url })
    const count = 2000
    await write(store, 0, count)
    const evictions = await evictionsOf(server)
    t.ok(evictions > 500, `${evictions} keys were evicted`)
    await server.cli('config', 'set', 'maxmemory', '0')
    t.strictSame(await orphansOf(server, count), [])
    const left = await readable(store, ...names(count, 'e:'))
    t.ok(left.length > 100, `${left.length} entries are left`)
    const [one = '', ...others] = left
    await invalidate(store, { tags: [one.replace('e:', 't:')] })
    t.strictSame(await readable(store, ...left), others)
    t.match(await invalidate(store, { tags: ['all-of-them'] }), { removed: others.length })
    t.strictSame(await readable(store, ...left), [])
    t.equal(told.epochBegan.length, 1, 'the first one')
  }
)

void t.test(
  'an index evicted while a pattern is scanned for leaves no entry readable',
  { skip: needsOwnRedis },
  async (t) => {
    const server = await redisFor(t, { args: ['--maxmemory-policy', 'allkeys-random'] })
    const { store } = await connectStore(t, { url: server.url })
    await put(store, { storeKey: 'a', entry: tagged('t:1') })
    const redis = server.client()
    const recorder = createRecorder()
    const knownServer = new KnownServer(redis, recorder)
    await knownServer.ask()
    const options = {
      client: redis,
      keys: redisKeysUnder('spms:'),
      runScript: createScriptRunner(redis),
      server: knownServer,
      remembered: new RememberedPosition()
    }
    const invalidateNow = createRedisInvalidate({ ...options, randomEpoch, observer: recorder })
    let scans = 0
    await invalidateNow(
      async (operation, work) => {
        if (operation === 'scan' && scans++ === 0) await evictIndex(server, 'spms:@tag:t:1')
        return work()
      },
      invalidationOf({ patterns: ['t:*'] })
    )
    t.equal(Number(await server.cli('exists', 'spms:a')), 1, 'the scan could not find it')
    t.strictSame(await readable(store, 'a'), [])
    t.match(recorder.told.epochBegan, [{ reason: 'evictions' }])
  }
)

/** Evicts one key of the server's choice and takes the index for it: the others are put back as they were. */
const evictIndex = async (server: RedisServer, index: string): Promise<void> => {
  const redis = server.client()
  const kept = await Promise.all(
    (await redis.keys('*')).map(async (key) => [key, await redis.dumpBuffer(key)] as const)
  )
  await redis.config('SET', 'maxmemory', '1')
  await redis.config('SET', 'maxmemory', '0')
  for (const [key, bytes] of kept) {
    if (key !== index) await redis.restore(key, 0, bytes, 'REPLACE')
  }
}
