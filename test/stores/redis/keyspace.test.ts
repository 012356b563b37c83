import t from 'tap'
import { isPosition } from '../../../src/cache/position.js'
import { bodies, entryOf, invalidate, positionOf, put, putAt, readable, tagged } from '../fixtures.js'
import { connectStore, keysOf, redisFor, untilUp } from '../redis-fixtures.js'

void t.test('names are those that are documented', async (t) => {
  const server = await redisFor(t)
  const { store } = await connectStore(t, { url: server.url, prefix: '{spms}:' })
  await put(store, { storeKey: 'k', entry: tagged('t') }, { storeKey: '@value:k', entry: entryOf('') })
  t.strictSame(
    await keysOf(server),
    ['@began', '@epoch', '@log', '@server', '@tag:t', '@tags', '@value:k', 'k'].map(
      (name) => `{spms}:${name}`
    )
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

void t.test(
  'values under the same prefix that are no entries are nothing, and nothing replaces them',
  async (t) => {
    const server = await redisFor(t)
    const { store, told } = await connectStore(t, { url: server.url })
    await server.cli('set', 'spms:user:5', 'a pickle that some other library has left here')
    await server.cli('set', 'spms:empty', '')
    await server.cli('rpush', 'spms:list', 'x')
    const foreign = ['user:5', 'empty', 'list']
    t.strictSame(await bodies(store, ...foreign), [undefined, undefined, undefined])
    for (const storeKey of foreign) {
      const mine = { storeKey: 'mine', entry: entryOf('mine') }
      await t.rejects(put(store, mine, { storeKey, entry: tagged('t') }), {
        name: 'StoreUnavailableError',
        message: 'commit failed'
      })
      t.match(told.storeFailed.at(-1), {
        operation: 'commit',
        kind: 'foreign-value',
        error: { message: `the value under spms:${storeKey} is of another application` }
      })
    }
    t.strictSame(await readable(store, 'mine'), [], 'nothing of such a commit is stored')
    await invalidate(store, { keys: foreign, tags: ['t'], patterns: ['*'] })
    t.equal(Number(await server.cli('exists', ...foreign.map((name) => `spms:${name}`))), 3)
  }
)

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
  const write = { storeKey: 'a', entry: entryOf('') }
  t.strictSame(await putAt(store, old, write), ['refused'])
  t.strictSame(await putAt(store, present, write), ['stored'])
  t.strictSame(await readable(store, 'a'), ['a'])
})
