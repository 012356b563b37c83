import t from 'tap'
import type { Store } from '../../../src/cache/store.js'
import { needsOwnRedis, type RedisServer } from '../../support/redis-server.js'
import { entryOf, invalidate, put, readable, tagged } from '../fixtures.js'
import { connectStore, redisFor } from '../redis-fixtures.js'

/**
 * What django-redis keeps under the same prefix, by `KEY_PREFIX` and version: throttles and sessions are pickles, counters
 * are numbers, and a compressor may have been at work. Others keep other types.
 */
const plantForeign = async (server: RedisServer): Promise<() => Promise<string[]>> => {
  const redis = server.client()
  const pickle = Buffer.from('80059513000000000000005d94284741d9a2b3c4d5e6f74741d9a2b3c4d5e6f8652e', 'hex')
  await redis.set('spms:1:throttle_anon_10.0.0.1', pickle, 'EX', 3600)
  await redis.set('spms:1:django.contrib.sessions.cacheab12cd34ef56gh78', pickle, 'EX', 3600)
  await redis.set('spms:1:counter', '42')
  await redis.set('spms:1:long', 'aWordOfLettersAndDigits_only-0123456789')
  await redis.set('spms:1:zlib', Buffer.from('789c4b4c4a06000276011f', 'hex'))
  await redis.set('spms:1:empty', '')
  await redis.set('spms:user:5:profile', '{"id":5}')
  await redis.set('spms:@value:user:5:note', pickle)
  await redis.hset('spms:user:5:hash', 'field', 'value')
  await redis.rpush('spms:user:5:list', 'one')
  await redis.xadd('spms:1:stream', '1-1', 'field', 'value')
  const names = (await redis.keys('*')).sort()
  const dumps = (): Promise<Buffer[]> => Promise.all(names.map((name) => redis.dumpBuffer(name)))
  const before = await dumps()
  return async () => {
    const after = await dumps()
    return names.filter((_, at) => !before[at]?.equals(after[at] ?? Buffer.alloc(0)))
  }
}

const KEYS = ['1:throttle_anon_10.0.0.1', '1:counter', '1:empty', 'user:5:profile', 'user:5:note', 'mine']
const TAGS = ['1:counter', 'user:5', 'family:users', 'mine']
const PATTERNS = ['*', '1:*', 'user:5:*', '*thr?ttle*', '[u1]*']

t.test(
  'whatever is invalidated, the values of another application under the same prefix stay as they are',
  { skip: needsOwnRedis },
  async (t) => {
    const server = await redisFor(t)
    const touched = await plantForeign(server)
    const { store } = await connectStore(t, { url: server.url })
    await put(store, { storeKey: 'mine', entry: tagged('mine') })
    for (const named of [{ keys: KEYS }, { tags: TAGS }, { patterns: PATTERNS }, { all: true }]) {
      t.match(await invalidate(store, named), { outcome: 'done' })
      t.strictSame(await touched(), [], JSON.stringify(named))
    }
    t.strictSame(await readable(store, 'mine'), [])
  }
)

/** An index that names a value of another application, as when that took over the key of an entry that had expired. */
t.test('a tag index that names a foreign value does not reach it, nor keep it', async (t) => {
  const server = await redisFor(t)
  const { store } = await connectStore(t, { url: server.url })
  await put(store, { storeKey: 'a', entry: entryOf('', { tags: ['t', 'u'], freshUntil: Date.now() + 50 }) })
  await server.cli('set', 'spms:a', 'foreign')
  t.match(await invalidate(store, { tags: ['t'] }), { outcome: 'done', removed: 0 })
  t.equal(await server.cli('get', 'spms:a'), 'foreign')
  await new Promise((resolve) => setTimeout(resolve, 100))
  await store.sweep()
  t.equal(await server.cli('exists', 'spms:@tag:u'), 0, 'the sweep takes it for gone')
  t.equal(await server.cli('get', 'spms:a'), 'foreign')
})

t.test('entries of every release are removed, readable or not', async (t) => {
  const server = await redisFor(t)
  const { store } = await connectStore(t, { url: server.url })
  const redis = server.client()
  for (const named of [{ keys: ['a'] }, { patterns: ['a*'] }, { all: true }]) {
    for (const version of [1, 2, 3, 4, 5]) {
      await redis.set('spms:a', Buffer.from(`Epoch_of-before0${String.fromCharCode(version)}\0rest`))
      t.match(await invalidate(store, named), { removed: 1 }, `${version} by ${JSON.stringify(named)}`)
    }
  }
})

/** Of a generator that is seeded, so that a failure can be had again. */
const randomOf = (seed: number) => (below: number) => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
  return Math.floor((seed / 2 ** 32) * below)
}

t.test('10,000 random operations touch no foreign value', { skip: needsOwnRedis }, async (t) => {
  const server = await redisFor(t)
  const touched = await plantForeign(server)
  const { store } = await connectStore(t, { url: server.url })
  const random = randomOf(Number(process.env['FOREIGN_SEED'] ?? 7))
  const some = (names: readonly string[]): string[] => names.filter(() => random(2) === 0)
  const entry = () => entryOf('x', { tags: some(TAGS), freshUntil: Date.now() + 1 + random(200) })
  const operations: readonly ((store: Store) => Promise<unknown>)[] = [
    ...Array.from({ length: 12 }, () => (store: Store) => {
      const storeKey = `${random(2) === 0 ? '' : '@value:'}${KEYS[random(KEYS.length)] ?? ''}`
      return put(store, { storeKey, entry: entry() }).catch(() => 'foreign')
    }),
    (store) => invalidate(store, { keys: some(KEYS) }),
    (store) => invalidate(store, { tags: some(TAGS) }),
    (store) => invalidate(store, { patterns: some(PATTERNS) }),
    (store) => invalidate(store, { all: true }),
    (store) => store.sweep(),
    (store) => store.read(KEYS)
  ]
  const operate = async (store: Store): Promise<unknown> => operations[random(operations.length)]?.(store)
  for (let done = 0; done < 10_000; done += 50) {
    await Promise.all(Array.from({ length: 50 }, () => operate(store)))
  }
  t.strictSame(await touched(), [])
  t.strictSame(
    await put(store, { storeKey: 'mine', entry: entryOf('') }),
    ['stored'],
    'and all works as before'
  )
})
