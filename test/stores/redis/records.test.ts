import t from 'tap'
import { needsOwnRedis } from '../../support/redis-server.js'
import { entryOf, invalidate, positionOf, put, putAt, readable, tagged } from '../fixtures.js'
import { connectStore, redisFor } from '../redis-fixtures.js'

const names = (count: number, name: string): string[] =>
  Array.from({ length: count }, (_, at) => `${name}:${at}`.padEnd(50, '.'))

void t.test(
  'the log keeps little more than can be compared, in records and in bytes',
  { skip: needsOwnRedis },
  async (t) => {
    const server = await redisFor(t)
    const { store } = await connectStore(t, { url: server.url })
    for (let at = 0; at < 1300; at += 100) {
      await Promise.all(
        names(100, 'n').map((_, n) => invalidate(store, { keys: names(n === 0 ? 1000 : 100, `k:${at}`) }))
      )
    }
    const length = Number(await server.cli('xlen', 'spms:@log'))
    t.ok(length > 1000 && length <= 1101, `${length} records`)
    const bytes = Number(await server.cli('memory', 'usage', 'spms:@log', 'samples', '0'))
    t.ok(bytes < 9 * 1_048_576, `${bytes} bytes`)
    const longest = await server.cli('xrevrange', 'spms:@log', '+', '-', 'count', '1000')
    t.ok(
      Math.max(
        ...JSON.stringify(longest)
          .split('"r"')
          .map((record) => record.length)
      ) < 12_000
    )
  }
)

void t.test(
  'a record of many names refuses every fill, and removes only what it names',
  { skip: needsOwnRedis },
  async (t) => {
    const server = await redisFor(t)
    const { store } = await connectStore(t, { url: server.url })
    await put(store, { storeKey: 'named', entry: entryOf('') }, { storeKey: 'other', entry: tagged('t') })
    const position = await positionOf(store)
    t.match(await invalidate(store, { keys: [...names(300, 'k'), 'named'] }), { outcome: 'done', removed: 1 })
    t.strictSame(await readable(store, 'named', 'other'), ['other'])
    t.strictSame(await putAt(store, position, { storeKey: 'new', entry: entryOf('') }), ['refused'])
    t.strictSame(await putAt(store, await positionOf(store), { storeKey: 'new', entry: entryOf('') }), [
      'stored'
    ])
    t.match(await store.recordsBetween(position, await positionOf(store)), [{ all: true }])
  }
)

void t.test('256 KiB of records are compared, in pages, more are not', { skip: needsOwnRedis }, async (t) => {
  const server = await redisFor(t)
  const { store } = await connectStore(t, { url: server.url })
  const position = await positionOf(store)
  const each = { keys: names(100, 'k') }
  for (let at = 0; at < 40; at++) await invalidate(store, each)
  t.equal((await store.recordsBetween(position, await positionOf(store)))?.length, 40)
  t.strictSame(await putAt(store, position, { storeKey: 'a', entry: entryOf('') }), ['stored'])
  for (let at = 0; at < 20; at++) await invalidate(store, each)
  t.equal(await store.recordsBetween(position, await positionOf(store)), undefined)
  t.strictSame(await putAt(store, position, { storeKey: 'b', entry: entryOf('') }), ['refused'])
})
