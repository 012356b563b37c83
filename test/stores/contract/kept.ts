import type { Test } from 'tap'
import { invalidationOf, type Invalidation } from '../../../src/cache/invalidation.js'
import type { Store } from '../../../src/cache/store.js'
import { eventually } from '../../support/eventually.js'
import type { CreateStore } from '../contract.js'
import { bodies, entryOf, invalidate, positionOf, put, putAt, readable, tagged } from '../fixtures.js'

const SESSION = '@value:kept:sessions:a'
const LEASE = '@lock:a'

/** By what is named, which of the store keys is left: a kept value and an ordinary one carry `user:5`. */
const LEFT: readonly [string, Partial<Invalidation>, readonly string[]][] = [
  ['everything', { all: true }, [SESSION, LEASE]],
  ['every pattern', { patterns: ['*', '?*', '[k]ept:*', 'kept*', '\\kept:*', '*kept:*'] }, [SESSION, LEASE]],
  ['a pattern over its tag', { patterns: ['user:*'] }, [SESSION, LEASE, 'other']],
  ['its own pattern', { patterns: ['kept:*'] }, ['@value:a', LEASE, 'other']],
  ['its own pattern beside another', { patterns: ['*', 'kept:sess*:?'] }, [LEASE]],
  ['its own pattern beside many', { patterns: ['a', 'b', 'c', 'd', 'kept:*'] }, [LEASE, 'other']],
  ['its key', { keys: ['kept:sessions:a'] }, ['@value:a', LEASE, 'other']],
  ['its tag', { tags: ['user:5'] }, [LEASE, 'other']],
  ['a key that is its tag', { keys: ['user:5'] }, [LEASE, 'other']],
  ['everything and its tag', { all: true, tags: ['user:5'] }, [LEASE]],
  ['everything and its key', { all: true, keys: ['kept:sessions:a'] }, [LEASE]],
  ['everything and its pattern', { all: true, patterns: ['kept:*', '*'] }, [LEASE]],
  ['everything and another key', { all: true, keys: ['a'], tags: ['t'] }, [SESSION, LEASE]]
]

export const keptContract = async (t: Test, createStore: CreateStore): Promise<void> => {
  const fill = (store: Store) =>
    put(
      store,
      { storeKey: SESSION, entry: tagged('user:5') },
      { storeKey: '@value:a', entry: tagged('user:5') },
      { storeKey: LEASE, entry: entryOf('') },
      { storeKey: 'other', entry: entryOf('') }
    )
  const every = [SESSION, '@value:a', LEASE, 'other']

  for (const [title, named, left] of LEFT) {
    await t.test(`an invalidation of ${title} leaves ${left.join(', ')}`, async (t) => {
      const { store } = await createStore(t)
      await fill(store)
      t.match(await invalidate(store, named), { outcome: 'done', removed: every.length - left.length })
      t.same((await readable(store, ...every)).sort(), [...left].sort())
    })
  }

  await t.test('the answer of a proxied read is not kept, whatever its key', async (t) => {
    const { store } = await createStore(t)
    for (const named of [{ all: true }, { patterns: ['*'] }]) {
      await put(store, { storeKey: 'kept:a', entry: tagged('kept:t') })
      t.match(await invalidate(store, named), { removed: 1 })
      t.strictSame(await readable(store, 'kept:a'), [])
    }
  })

  await t.test('a kept value that was spared is reached by its tag and its pattern later', async (t) => {
    const { store, isTagged } = await createStore(t)
    for (const named of [{ tags: ['user:5'] }, { keys: ['user:5'] }, { patterns: ['kept:*'] }]) {
      await fill(store)
      for (const spared of [{ patterns: ['user:*'] }, { all: true }, { patterns: ['*'] }, { all: true }])
        await invalidate(store, spared)
      t.strictSame(await readable(store, ...every), [SESSION, LEASE])
      await invalidate(store, named)
      t.strictSame(await readable(store, ...every), [LEASE])
    }
    await invalidate(store, { tags: ['user:5'] })
    t.notOk(await isTagged('user:5'))
  })

  await t.test('among thousands with one tag, a pattern takes all but what is kept', async (t) => {
    const { store } = await createStore(t)
    const named = Array.from({ length: 3000 }, (_, at) =>
      at % 3 === 0 ? `@value:kept:${at}` : `@value:${at}`
    )
    const kept = named.filter((storeKey) => storeKey.includes('kept'))
    await put(store, ...named.map((storeKey) => ({ storeKey, entry: tagged('t:1') })))
    t.match(await invalidate(store, { patterns: ['t:*'] }), { removed: 2000 })
    t.strictSame(await readable(store, ...named), kept)
    t.match(await invalidate(store, { all: true, tags: ['t:1'] }), { removed: 1000 })
    t.strictSame(await readable(store, ...named), [])
  })

  await t.test('conditions hold over what is kept, whatever was invalidated since', async (t) => {
    const { store } = await createStore(t)
    const write = (body: string, condition: 'absent' | 'present' | { readonly etag: string }) =>
      put(store, { storeKey: SESSION, entry: entryOf(body, { etag: `"${body}"` }), condition })
    t.strictSame(await write('1', 'absent'), ['stored'])
    await invalidate(store, { all: true })
    t.strictSame(await write('2', 'absent'), ['unmet'])
    t.strictSame(await write('2', { etag: '"1"' }), ['stored'])
    await invalidate(store, { all: true })
    await invalidate(store, { all: true })
    t.strictSame(await write('3', 'present'), ['stored'])
    t.strictSame(await bodies(store, SESSION), ['3'])
    await invalidate(store, { all: true, keys: ['kept:sessions:a'] })
    t.strictSame(await write('4', 'present'), ['unmet'])
    t.strictSame(await write('4', 'absent'), ['stored'])
    t.strictSame(await bodies(store, SESSION), ['4'])
  })

  for (const [title, named, outcome] of [
    ['a pattern of others', { patterns: ['*'] }, 'stored'],
    ['its own pattern', { patterns: ['kept:s*'] }, 'refused'],
    ['its key', { keys: ['kept:sessions:a'] }, 'refused'],
    ['its tag', { tags: ['t'] }, 'refused'],
    ['everything, before which its position is', { all: true }, 'refused'],
    [
      'so many names that the record is of everything',
      { keys: Array.from({ length: 1000 }, (_, at) => `name:${at}`) },
      'refused'
    ]
  ] as const) {
    await t.test(`after an invalidation of ${title} a kept fill is ${outcome}`, async (t) => {
      const { store } = await createStore(t)
      const position = await positionOf(store)
      await store.invalidate(invalidationOf(named))
      t.strictSame(await putAt(store, position, { storeKey: SESSION, entry: tagged('t') }), [outcome])
    })
  }

  await t.test('what is kept expires, and so does its place in the tags', async (t) => {
    const { store, isTagged } = await createStore(t)
    const soon = entryOf('', { freshUntil: Date.now() + 60, tags: ['t'] })
    await put(store, { storeKey: SESSION, entry: soon })
    await invalidate(store, { all: true })
    await eventually(async () => (await readable(store, SESSION)).length === 0)
    await eventually(async () => {
      await store.sweep()
      return !(await isTagged('t'))
    })
  })
}
