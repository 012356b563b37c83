import t from 'tap'
import { epochOf, recordIdOf } from '../../../src/cache/position.js'
import type { Store } from '../../../src/cache/store.js'
import { RememberedPosition } from '../../../src/stores/redis/remembered-position.js'
import { needsOwnRedis } from '../../support/redis-server.js'
import { entryOf, invalidate, positionOf, put, putAt, readable } from '../fixtures.js'
import { connectStore, untilUp, type WatchedStore } from '../redis-fixtures.js'
import { namelessServer, setUp } from './failover.js'

const epoch = 'e'.repeat(16)

t.test('a position is remembered only in place of the one that the server was asked about', async (t) => {
  const remembered = new RememberedPosition()
  for (const [position, since, isTaken] of [
    [`${epoch}:5-1`, '', true],
    [`${epoch}:5-2`, '', false],
    [`${epoch}:5-10`, `${epoch}:5-1`, true],
    [`${epoch}:5-11`, `${epoch}:5-1`, false],
    [`${'f'.repeat(16)}:6-0`, `${epoch}:5-10`, true]
  ] as const) {
    const before = remembered.position
    remembered.remember(position, since)
    t.equal(remembered.position, isTaken ? position : before)
  }
})

const isReadableAgain = async (store: Store, storeKey: string): Promise<boolean> => {
  const found = await readable(store, storeKey).catch(() => undefined)
  await untilUp(store)
  return (found ?? []).length > 0 || (await readable(store, storeKey)).length > 0
}

void t.test(
  'a server that is behind what was read begins a new epoch',
  { skip: needsOwnRedis },
  async (t) => {
    const { reader, writer, failOver } = await setUp(t)
    await invalidate(writer.store, { tags: ['t'] })
    t.strictSame(await readable(reader.store, 'a'), [])
    await failOver()
    t.notOk(await isReadableAgain(reader.store, 'a'))
    t.match(reader.told.storeChanged.at(-2), { state: 'down', kind: 'lost-records' })
    t.match(reader.told.epochBegan, [{ reason: 'lost-records' }])
    t.strictSame(await readable(writer.store, 'a'), [])
  }
)

void t.test(
  'a server that has later records, and not those that were read, begins a new epoch',
  { skip: needsOwnRedis },
  async (t) => {
    const { connect, reader, writer, failOver } = await setUp(t)
    await invalidate(writer.store, { tags: ['t'] })
    t.strictSame(await readable(reader.store, 'a'), [])
    await failOver()
    const late = await connect()
    t.match(await invalidate(late.store, { tags: ['other'] }), { outcome: 'done' })
    t.notOk(await isReadableAgain(reader.store, 'a'))
    t.match(reader.told.epochBegan, [{ reason: 'lost-records' }])
    t.strictSame(late.told.epochBegan, [], 'who has just started cannot know')
  }
)

void t.test(
  'a server that is back in an older epoch begins a new one, also when it has gone on meanwhile',
  { skip: needsOwnRedis },
  async (t) => {
    for (const goesOn of [false, true]) {
      const { connect, reader, writer, failOver } = await setUp(t)
      await invalidate(writer.store, { all: true })
      t.strictSame(await readable(reader.store, 'a'), [])
      await failOver()
      if (goesOn) await invalidate((await connect()).store, { tags: ['other'] })
      t.notOk(await isReadableAgain(reader.store, 'a'))
      t.match(reader.told.epochBegan, [{ reason: 'lost-records' }])
    }
  }
)

void t.test(
  'an invalidation and a sweep notice it, too, for everybody',
  { skip: needsOwnRedis },
  async (t) => {
    for (const act of [
      async ({ store }: WatchedStore) =>
        t.match(await invalidate(store, { tags: ['other'] }), { outcome: 'done' }),
      ({ store }: WatchedStore) => store.sweep()
    ]) {
      const { connect, writer, failOver } = await setUp(t)
      await invalidate(writer.store, { tags: ['t'] })
      await failOver()
      const late = await connect()
      t.strictSame(await readable(late.store, 'a'), ['a'], 'what a failover can do to who has just started')
      await act(writer)
      t.match(writer.told.epochBegan.at(-1), { reason: 'lost-records' })
      t.notOk(await isReadableAgain(late.store, 'a'))
      t.strictSame(late.told.epochBegan, [], 'one new epoch is enough')
    }
  }
)

void t.test(
  'sidecars that remember different positions come to one epoch, however the clock of the server goes',
  { skip: needsOwnRedis },
  async (t) => {
    const { server, connect, writer, failOver } = await setUp(t)
    const watched = [writer, await connect(), await connect()]
    const redis = server.client()
    // Each has read another position of a server whose clock is ahead of the next one's.
    for (const [at, { store }] of watched.entries()) {
      const id = `999999999999${at}-7`
      await redis.xadd('spms:@log', id, 'r', '{"keys":[],"tags":["t"],"patterns":[],"all":false}')
      await redis.set('spms:@epoch', `${epochOf(await positionOf(store))}:${id}`)
      t.equal(recordIdOf(await positionOf(store)), id)
    }
    await failOver()
    const begunBefore = watched.map(({ told }) => told.epochBegan.length)
    for (let round = 0; round < 5; round++) {
      for (const { store } of watched) {
        t.notOk(await isReadableAgain(store, 'a'))
        await store.sweep()
      }
    }
    const begun = watched.map(({ told }, at) => told.epochBegan.length - (begunBefore[at] ?? 0))
    t.ok(
      begun.every((count) => count <= 1),
      `${begun.join(', ')} new epochs`
    )
    const positions = await Promise.all(watched.map(({ store }) => positionOf(store)))
    t.equal(new Set(positions).size, 1)
    t.match(recordIdOf(positions[0] ?? ''), /^9999999999992-\d+$/, 'later than all that anybody remembers')
  }
)

void t.test('invalidations of others cost no epoch', { skip: needsOwnRedis }, async (t) => {
  const { connect, reader, writer } = await setUp(t)
  const watched = [reader, writer, await connect()]
  const epochBefore = epochOf(await positionOf(reader.store))
  await Promise.all(
    Array.from({ length: 300 }, async (_, at) => {
      const { store } = watched[at % 3] ?? reader
      if (at % 2 === 0) await invalidate(store, { tags: [`other:${at}`] })
      else await Promise.all([store.read(['a']), store.sweep(), store.read(['b'])])
    })
  )
  t.equal(epochOf(await positionOf(reader.store)), epochBefore)
  for (const { told } of watched) t.match(told.storeChanged, [{ state: 'up' }])
  t.strictSame(await readable(reader.store, 'a'), ['a'])
})

void t.test(
  'after hours without an invalidation the next one costs no epoch, whoever sweeps first',
  { skip: needsOwnRedis },
  async (t) => {
    const { server, connect, writer } = await setUp(t)
    const epoch = epochOf(await positionOf(writer.store))
    const record = '{"keys":["x"],"tags":[],"patterns":[],"all":false}'
    const started = Date.now() - 2 * 3_600_000
    await server.cli('del', 'spms:@log')
    for (const id of [`${started}-0`, `${started}-1`]) {
      await server.cli('xadd', 'spms:@log', id, 'r', record)
      for (const key of ['epoch', 'began']) await server.cli('set', `spms:@${key}`, `${epoch}:${id}`)
    }
    const [first, second] = [await connect(), await connect()]
    await first.store.sweep()
    const { position } = await second.store.read(['a'])
    await invalidate(first.store, { tags: ['other'] })
    await first.store.sweep()
    t.strictSame(await readable(second.store, 'a'), ['a'])
    t.strictSame([...first.told.epochBegan, ...second.told.epochBegan], [])
    t.strictSame(await putAt(second.store, position, { storeKey: 'b', entry: entryOf('') }), ['stored'])
    t.equal(Number(await server.cli('xlen', 'spms:@log')), 2)
  }
)

void t.test(
  'a position that is too old for the log is known to a server with an identity only',
  { skip: needsOwnRedis },
  async (t) => {
    for (const [isNameless, begun] of [
      [true, [{ reason: 'lost-records' }]],
      [false, []]
    ] as const) {
      const server = await namelessServer(t)
      const url = isNameless ? server.namelessUrl : server.url
      const writer = await connectStore(t, { url })
      const reader = await connectStore(t, { url })
      await put(writer.store, { storeKey: 'a', entry: entryOf('') })
      for (let at = 0; at < 5; at++) await invalidate(writer.store, { keys: ['other'] })
      await server.cli('xtrim', 'spms:@log', 'MAXLEN', '2')
      await readable(reader.store, 'a').catch(() => undefined)
      await untilUp(reader.store)
      t.strictSame(reader.told.epochBegan, begun)
      t.strictSame(await readable(writer.store, 'a'), isNameless ? [] : ['a'])
    }
  }
)
