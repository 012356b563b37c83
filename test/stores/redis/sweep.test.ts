import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { eventually } from '../../support/eventually.js'
import { entryOf, invalidate, positionOf, put, putAt, tagged } from '../fixtures.js'
import { connectStore, keysOf, openStore, redisFor } from '../redis-fixtures.js'

void t.test('every key but four expires, and a sweep leaves those', async (t) => {
  const server = await redisFor(t)
  const { store } = await connectStore(t, { url: server.url })
  const write = (freshUntil: number): Promise<unknown> => {
    const writes = Array.from({ length: 600 }, (_, at) => ({
      storeKey: `${['a:', '@value:a:', '@proof:a:'][at % 3] ?? ''}${at}`,
      entry: entryOf('x', { freshUntil: freshUntil - (at % 50), tags: ['all', `t:${at % 7}`, `größe:${at}`] })
    }))
    return put(store, ...writes)
  }
  await write(Date.now() + 60_000)
  await invalidate(store, { keys: ['a:3'], tags: ['t:1'], patterns: ['größe:55*'] })
  const redis = server.client()
  const keys = await keysOf(server)
  const lifetimes = await Promise.all(keys.map((key) => redis.pttl(key)))
  const lasting = keys.filter((_, at) => lifetimes[at] === -1)
  t.strictSame(
    lasting.filter((key) => !key.startsWith('spms:@tag:')),
    ['@began', '@epoch', '@log', '@server', '@tags'].map((name) => `spms:${name}`)
  )
  t.ok(keys.length - lasting.length > 400, 'and the entries have a time to live')
  await write(Date.now() + 100)
  await eventually(async () => {
    await store.sweep()
    return Number(await server.cli('exists', 'spms:@tag:all')) === 0
  })
  // The others may have been swept just before their last member expired.
  await store.sweep()
  t.strictSame(await keysOf(server), ['spms:@began', 'spms:@epoch', 'spms:@log', 'spms:@server'])
})

void t.test('a sweep keeps the index of what is still readable', async (t) => {
  const server = await redisFor(t)
  const { store } = await connectStore(t, { url: server.url })
  const soon = Date.now() + 50
  await put(store, { storeKey: 'a', entry: entryOf('', { freshUntil: soon, tags: ['t'] }) })
  await put(store, { storeKey: 'a', entry: tagged('t') }, { storeKey: 'b', entry: tagged('t', 'u') })
  await sleep(70)
  await store.sweep()
  t.match(await invalidate(store, { tags: ['t'] }), { removed: 2 })
})

void t.test('a sweep forgets records older than an hour, but never the last', async (t) => {
  const server = await redisFor(t)
  const first = await connectStore(t, { url: server.url })
  const [epoch = ''] = (await positionOf(first.store)).split(':')
  await server.cli('del', 'spms:@log')
  const record = '{"keys":["x"],"tags":[],"patterns":[],"all":false}'
  const start = Date.now() - 3_700_000
  for (let at = 0; at < 1500; at++) await server.cli('xadd', 'spms:@log', `${start + at}-0`, 'r', record)
  await server.cli('set', 'spms:@epoch', `${epoch}:${start + 1499}-0`)
  const { store } = await connectStore(t, { url: server.url })
  t.strictSame(await putAt(store, `${epoch}:${start + 1400}-0`, { storeKey: 'a', entry: entryOf('') }), [
    'stored'
  ])
  for (let times = 0; times < 3; times++) await store.sweep()
  t.equal(Number(await server.cli('xlen', 'spms:@log')), 1)
  const position = await positionOf(store)
  await invalidate(store, { keys: ['y'] })
  t.strictSame(await putAt(store, position, { storeKey: 'b', entry: entryOf('') }), ['stored'])
})

void t.test('a sweep while the store is down tells nothing new of it', async (t) => {
  const { store, told } = await openStore(t, { url: 'redis://127.0.0.1:1' })
  await eventually(() => told.storeChanged.length > 0)
  await t.rejects(store.sweep(), { name: 'StoreUnavailableError', kind: 'down' })
  const kinds = [...told.storeChanged, ...told.storeStaysDown].map((event) => 'kind' in event && event.kind)
  t.strictSame([...new Set(kinds)], ['unreachable'])
})
