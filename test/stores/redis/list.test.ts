import t from 'tap'
import { entryOf, put } from '../fixtures.js'
import { connectStore } from '../redis-fixtures.js'
import { startRedis } from '../../support/redis-server.js'

t.test(
  'a page ends after some thousand names, however rare the pattern, and goes on where it ended',
  async (t) => {
    const server = await startRedis()
    t.teardown(() => server.stop())
    const { store, told } = await connectStore(t, { url: server.url })
    const names = Array.from({ length: 12_000 }, (_, at) => `@value:k:${at}`)
    await put(store, ...names.map((storeKey) => ({ storeKey, entry: entryOf('') })))
    const asked = () => told.storeAsked.filter(({ operation }) => operation === 'scan').length
    const keys: string[] = []
    let cursor: string | undefined
    let pages = 0
    do {
      const before = asked()
      const page = await store.list({ pattern: '*:11999', cursor, count: 10 })
      t.ok(asked() - before <= 10, 'steps of one page')
      keys.push(...(page?.keys ?? []))
      cursor = page?.cursor
      pages++
    } while (cursor !== undefined)
    t.ok(pages >= 4, `${pages} pages, most of them empty`)
    t.strictSame([...new Set(keys)], ['k:11999'])
  }
)

t.test('a cursor that Redis cannot have given is none', async (t) => {
  const server = await startRedis()
  t.teardown(() => server.stop())
  const { store } = await connectStore(t, { url: server.url })
  for (const cursor of ['', 'a', '-1', '01', '1.5', String(2n ** 64n), '9'.repeat(20)])
    t.equal(await store.list({ pattern: '*', cursor, count: 10 }), undefined, cursor)
  t.match(await store.list({ pattern: '*', cursor: String(2n ** 64n - 1n), count: 10 }), { keys: [] })
})

t.test('of another application is nothing, and a server that has lost its epoch is not listed', async (t) => {
  const server = await startRedis()
  t.teardown(() => server.stop())
  const { store } = await connectStore(t, { url: server.url })
  const redis = server.client()
  await redis.set('spms:@value:foreign', 'x'.repeat(100))
  await redis.hset('spms:@value:hash', 'a', 'b')
  await put(store, { storeKey: '@value:a', entry: entryOf('') })
  t.match(await store.list({ pattern: '*', cursor: undefined, count: 10 }), {
    keys: ['a'],
    cursor: undefined
  })
  await redis.del('spms:@epoch')
  await t.rejects(store.list({ pattern: '*', cursor: undefined, count: 10 }), {
    name: 'StoreUnavailableError'
  })
})
