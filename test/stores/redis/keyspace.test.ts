import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { isPosition } from '../../../src/cache/position.js'
import { eventually } from '../../support/eventually.js'
import type { RedisServer } from '../../support/redis-server.js'
import { bodies, entryOf, invalidate, positionOf, put, putAt, readable, tagged } from '../fixtures.js'
import { connectStore, redisFor, untilUp } from '../redis-fixtures.js'

const keysOf = async (server: RedisServer): Promise<string[]> => {
  const keys = await server.client().keys('*')
  return keys.sort()
}

void t.test('every key but three expires, and a sweep leaves those', async (t) => {
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
    ['@epoch', '@log', '@server', '@tags'].map((name) => `spms:${name}`)
  )
  t.ok(keys.length - lasting.length > 400, 'and the entries have a time to live')
  await write(Date.now() + 100)
  await eventually(async () => {
    await store.sweep()
    return Number(await server.cli('exists', 'spms:@tag:all')) === 0
  })
  // The others may have been swept just before their last member expired.
  await store.sweep()
  t.strictSame(await keysOf(server), ['spms:@epoch', 'spms:@log', 'spms:@server'])
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

void t.test('names are those that are documented', async (t) => {
  const server = await redisFor(t)
  const { store } = await connectStore(t, { url: server.url, prefix: '{spms}:' })
  await put(store, { storeKey: 'k', entry: tagged('t') }, { storeKey: '@value:k', entry: entryOf('') })
  t.strictSame(
    await keysOf(server),
    ['@epoch', '@log', '@server', '@tag:t', '@tags', '@value:k', 'k'].map((name) => `{spms}:${name}`)
  )
  t.ok(isPosition(String(await server.cli('get', '{spms}:@epoch'))))
  t.equal(await server.cli('get', '{spms}:@epoch'), await positionOf(store))
})

void t.test('other keys of the same Redis are left alone', async (t) => {
  const server = await redisFor(t)
  const foreign = ['other:a', 'spms', 'xspms:a', 'spmsXa']
  for (const key of foreign) await server.cli('set', key, 'foreign')
  const { store } = await connectStore(t, { url: server.url })
  await put(store, { storeKey: 'a', entry: entryOf('') })
  await invalidate(store, { patterns: ['*', '*a'] })
  await invalidate(store, { all: true })
  t.equal(Number(await server.cli('exists', ...foreign)), foreign.length)
  t.equal(Number(await server.cli('exists', 'spms:a')), 0)
})

void t.test('values under the same prefix that are no entries are nothing, and are replaced', async (t) => {
  const server = await redisFor(t)
  const { store } = await connectStore(t, { url: server.url })
  await server.cli('set', 'spms:user:5', 'a pickle that some other library has left here')
  await server.cli('rpush', 'spms:list', 'x')
  t.strictSame(await bodies(store, 'user:5', 'list'), [undefined, undefined])
  const write = { storeKey: 'user:5', entry: entryOf('ours'), condition: 'absent' as const }
  t.strictSame(await put(store, write, { storeKey: 'list', entry: entryOf('ours') }), ['stored', 'stored'])
  t.strictSame(await bodies(store, 'user:5', 'list'), ['ours', 'ours'])
})

void t.test('an entry that is not readable meets no condition', async (t) => {
  const server = await redisFor(t)
  const { store } = await connectStore(t, { url: server.url })
  const redis = server.client()
  const entry = entryOf('x', { etag: '"e"' })
  const makeUnreadable = [
    async (): Promise<unknown> => {
      await redis.del('spms:@epoch')
      return t.rejects(store.read([])).then(() => untilUp(store))
    },
    // The byte after the epoch is the version, which another release may have written.
    () => redis.setrange('spms:a', 16, '\u0007')
  ]
  for (const make of makeUnreadable) {
    await put(store, { storeKey: 'a', entry })
    await make()
    t.strictSame(await readable(store, 'a'), [])
    t.equal(await redis.exists('spms:a'), 1)
    t.strictSame(await put(store, { storeKey: 'a', entry, condition: 'present' }), ['unmet'])
    t.strictSame(await put(store, { storeKey: 'a', entry, condition: { etag: '"e"' } }), ['unmet'])
    t.strictSame(await put(store, { storeKey: 'a', entry, condition: 'absent' }), ['stored'])
  }
})

void t.test('a position older than the log is refused, the present one is not', async (t) => {
  const server = await redisFor(t)
  const { store } = await connectStore(t, { url: server.url })
  const old = await positionOf(store)
  for (let at = 0; at < 5; at++) await invalidate(store, { keys: ['other'] })
  await server.cli('xtrim', 'spms:@log', 'MAXLEN', '3')
  const present = await positionOf(store)
  t.equal(await store.recordsBetween(old, present), undefined)
  const writes = { storeKey: 'a', entry: entryOf('') }
  t.strictSame(await putAt(store, old, writes), ['refused'])
  t.strictSame(await putAt(store, present, writes), ['stored'])
  t.strictSame(await readable(store, 'a'), ['a'])
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
