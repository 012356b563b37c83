import type { Test } from 'tap'
import { isPosition } from '../../../src/cache/position.js'
import { eventually } from '../../support/eventually.js'
import type { CreateStore } from '../contract.js'
import { bodies, entryOf, invalidate, put, readable, tagged } from '../fixtures.js'

export const readContract = async (t: Test, createStore: CreateStore): Promise<void> => {
  await t.test('an empty store reads nothing and tells a position', async (t) => {
    const { position, entries } = await (await createStore(t)).store.read(['a', '@value:a'])
    t.ok(isPosition(position))
    t.strictSame(entries, [undefined, undefined])
  })

  await t.test('an entry is read as it was stored, in the order of the store keys', async (t) => {
    const { store } = await createStore(t)
    const stored = entryOf('first', {
      status: 203,
      headers: ['Content-Type', 'application/json', 'x-name', 'Ångström, "quoted"'],
      staleWhileRevalidateUntil: Date.now() + 61_000,
      staleIfErrorUntil: Date.now() + 62_000,
      etag: 'W/"é"',
      tags: ['project:1', 'größe:→'],
      coded: [
        { coding: 'br', body: Buffer.from('f') },
        { coding: 'gzip', body: Buffer.from([0, 1, 2]) }
      ]
    })
    await put(store, { storeKey: 'b', entry: stored }, { storeKey: 'a', entry: entryOf('second') })
    const { entries } = await store.read(['a', 'missing', 'b'])
    const [second, missing, first] = entries
    t.equal(second?.body.toString(), 'second')
    t.equal(second?.etag, undefined)
    t.equal(second?.coded, undefined)
    t.equal(missing, undefined)
    for (const [name, value] of Object.entries(stored))
      t.strictSame(Reflect.get(first ?? {}, name), value, name)
  })

  const bytes = Buffer.from(Array.from({ length: 256 }, (_, at) => at))
  for (const [title, body] of [
    ['binary', bytes],
    ['empty', Buffer.alloc(0)],
    ['large', Buffer.concat(Array.from({ length: 16_384 }, () => bytes))]
  ] as const) {
    await t.test(`a body that is ${title} comes back byte for byte`, async (t) => {
      const { store } = await createStore(t)
      t.strictSame(await put(store, { storeKey: '@value:x', entry: entryOf(body) }), ['stored'])
      const { entries } = await store.read(['@value:x'])
      t.ok(entries[0]?.body.equals(body))
    })
  }

  await t.test('an entry is gone once no use of it is allowed any more', async (t) => {
    const { store } = await createStore(t)
    const soon = Date.now() + 80
    const outcomes = await put(
      store,
      { storeKey: 'fresh', entry: entryOf('', { freshUntil: soon, tags: ['t'] }) },
      { storeKey: 'stale', entry: entryOf('', { freshUntil: soon, staleIfErrorUntil: soon + 60_000 }) },
      { storeKey: 'over', entry: entryOf('', { freshUntil: soon - 1000 }) }
    )
    t.strictSame(outcomes, ['stored', 'stored', 'stored'])
    const left = await eventually(async () => {
      const storeKeys = await readable(store, 'fresh', 'stale', 'over')
      return storeKeys.length < 2 && Date.now() > soon && storeKeys
    })
    t.strictSame(left, ['stale'])
  })

  await t.test('a sweep forgets the tags of entries that have expired, and only those', async (t) => {
    const { store, isTagged } = await createStore(t)
    const soon = Date.now() + 60
    const short = Array.from({ length: 250 }, (_, at) => ({
      storeKey: `short:${at}`,
      entry: entryOf('', { freshUntil: soon, tags: ['both', 'short', `short:${at}`] })
    }))
    await put(store, ...short, { storeKey: 'long', entry: tagged('both') })
    t.ok(await isTagged('short'))
    await eventually(async () => {
      await store.sweep()
      return !(await isTagged('short'))
    })
    await store.sweep()
    t.notOk(await isTagged('short:249'))
    t.ok(await isTagged('both'))
    await invalidate(store, { tags: ['both'] })
    t.notOk(await isTagged('both'))
    t.strictSame(await bodies(store, 'long'), [undefined])
  })

  await t.test('stats tell state, use and limit', async (t) => {
    const { store } = await createStore(t)
    await put(store, { storeKey: 'a', entry: entryOf('x'.repeat(10_000)) })
    const stats = await store.stats()
    t.match(stats, { state: 'up', pendingInvalidations: 0 })
    t.ok((stats.usedBytes ?? 0) > 10_000)
    // Not every server tells its limit.
    t.ok(stats.maxBytes === undefined || stats.maxBytes >= 0, `${stats.maxBytes}`)
  })
}
