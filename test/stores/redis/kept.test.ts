import t, { type Test } from 'tap'
import { epochOf, randomEpoch } from '../../../src/cache/position.js'
import { KEPT_SCORE, stampIn } from '../../../src/stores/redis/scripts/kept.js'
import { needsOwnRedis, startRedis } from '../../support/redis-server.js'
import { entryOf, invalidate, positionOf, put, readable, tagged } from '../fixtures.js'
import { connectStore, redisFor } from '../redis-fixtures.js'

const SESSION = '@value:kept:sessions:a'

/** A kept value that has gone over into a second epoch. */
const setUp = async (t: Test) => {
  const server = await startRedis()
  t.teardown(() => server.stop())
  const { store, told } = await connectStore(t, { url: server.url })
  await put(store, { storeKey: SESSION, entry: tagged('user:5') })
  await invalidate(store, { all: true })
  t.strictSame(await readable(store, SESSION), [SESSION])
  return { server, redis: server.client(), store, told }
}

t.test('readers on other pods never miss what is kept while everything is invalidated', async (t) => {
  const { server, store } = await setUp(t)
  const { store: other } = await connectStore(t, { url: server.url })
  let isOver = false
  let reads = 0
  let misses = 0
  const read = async (): Promise<void> => {
    while (!isOver) {
      reads++
      if ((await readable(other, 'x', SESSION)).length === 0) misses++
    }
  }
  const reading = Promise.all([read(), read(), read()])
  for (let round = 0; round < 300; round++) await invalidate(store, { all: true })
  isOver = true
  await reading
  t.ok(reads > 300, `${reads} reads`)
  t.equal(misses, 0)
})

t.test('an epoch that anything else begins makes what is kept unreadable', async (t) => {
  const { redis, store } = await setUp(t)
  const foreign = `${randomEpoch()}:${(await positionOf(store)).split(':')[1] ?? ''}`
  await redis.set('spms:@epoch', foreign)
  const { store: fresh } = await connectStore(t, {
    url: `redis://${redis.options.host}:${redis.options.port}`
  })
  t.strictSame(await readable(fresh, SESSION), [])
  await put(fresh, { storeKey: SESSION, entry: entryOf('') })
  await invalidate(fresh, { all: true })
  t.strictSame(await readable(fresh, SESSION), [SESSION])
})

t.test('where records were lost, an invalidation of everything takes what is kept, too', async (t) => {
  const { redis, store, told } = await setUp(t)
  await invalidate(store, { keys: ['b'] })
  const [epoch, began] = [epochOf(await positionOf(store)), await redis.get('spms:@began')]
  // As a replica that has not seen the last record.
  await redis.del('spms:@log')
  await redis.xadd(
    'spms:@log',
    began?.split(':')[1] ?? '',
    'r',
    '{"keys":[],"tags":[],"patterns":[],"all":true}'
  )
  await redis.set('spms:@epoch', `${epoch}:${began?.split(':')[1] ?? ''}`)
  await invalidate(store, { all: true })
  t.match(told.epochBegan.at(-1), { reason: 'everything-invalidated' })
  t.strictSame(await readable(store, SESSION), [])
})

t.test(
  'what a release has stored that keeps nothing is spared by patterns, and reached by its tag',
  async (t) => {
    const { redis, store } = await setUp(t)
    const score = Date.now() + 60_000
    await redis.zadd('spms:@tag:user:5', score, SESSION)
    await put(store, { storeKey: '@value:b', entry: tagged('user:5') })
    t.match(await invalidate(store, { patterns: ['user:*'] }), { removed: 1 })
    t.strictSame(await readable(store, SESSION, '@value:b'), [SESSION])
    t.equal(await redis.zscore('spms:@tag:user:5', SESSION), String(score + KEPT_SCORE))
    t.match(await invalidate(store, { tags: ['user:5'] }), { removed: 1 })
  }
)

t.test('a full Redis keeps it, too', { skip: needsOwnRedis }, async (t) => {
  const args = ['--maxmemory', '6mb', '--maxmemory-policy', 'noeviction']
  const server = await redisFor(t, { behavesAs: 'redis', args })
  const { store } = await connectStore(t, { url: server.url })
  await put(store, { storeKey: SESSION, entry: entryOf('') })
  const fill = (at: number) => put(store, { storeKey: `e:${at}`, entry: entryOf(Buffer.alloc(100_000)) })
  let filled = 0
  while (
    await fill(filled).then(
      () => true,
      () => false
    )
  )
    filled++
  t.ok(filled > 10)
  t.match(await invalidate(store, { all: true }), { outcome: 'done', removed: filled })
  t.strictSame(await readable(store, SESSION), [SESSION])
})

t.test('a stamp counts in its epoch only', async (t) => {
  const [epoch, stamp] = [randomEpoch(), randomEpoch()]
  t.equal(stampIn(Buffer.from(epoch + stamp), epoch), stamp)
  for (const kept of [
    undefined,
    null,
    Buffer.from(stamp + epoch),
    Buffer.from(epoch),
    Buffer.from(`${epoch}${stamp}x`)
  ])
    t.equal(stampIn(kept, epoch), epoch)
})
