import t from 'tap'
import { randomEpoch } from '../../../src/cache/position.js'
import { valueKey } from '../../../src/cache/tags.js'
import type { Store } from '../../../src/cache/store.js'
import { createValues } from '../../../src/cache/values/values.js'
import { touchMany } from '../../../src/cache/values/touch-many.js'
import { createMemoryStore } from '../../../src/stores/memory/memory-store.js'
import { entryOf, invalidate, put } from '../../stores/fixtures.js'

const SOON = 10_000

const openStore = async (keys: readonly string[], rival?: (store: Store) => Promise<unknown>) => {
  const memory = createMemoryStore({ maxBytes: 1e9, now: Date.now, randomEpoch })
  const entry = entryOf('x', { etag: '"x"', freshUntil: Date.now() + SOON, tags: ['t'] })
  await put(memory, ...keys.map((key) => ({ storeKey: valueKey(key), entry })))
  let reads = 0
  const store: Store = {
    ...memory,
    read: (storeKeys) => {
      reads++
      return memory.read(storeKeys)
    },
    commit: async (commit) => {
      await rival?.(memory)
      return memory.commit(commit)
    }
  }
  const values = createValues({ store: memory, now: Date.now })
  const touch = (key: string, seconds: number) => values.touch(key, seconds)
  return { memory, options: { store, now: Date.now, touch }, reads: () => reads }
}

const keysOf = (count: number) => Array.from({ length: count }, (_, at) => `k${at}`)

t.test('a thousand values are read and written in parts', async (t) => {
  const keys = keysOf(1000)
  const { memory, options, reads } = await openStore(keys)
  const outcomes = await touchMany(options, ['none', ...keys], 600)
  t.strictSame(outcomes, ['absent', ...keys.map(() => 'touched')])
  t.equal(reads(), 11)
  const { entries } = await memory.read(keys.map(valueKey))
  t.ok(entries.every((entry) => (entry?.freshUntil ?? 0) > Date.now() + 500_000))
  t.match(await invalidate(memory, { tags: ['t'] }), { removed: 1000 }, 'they keep their tags')
})

t.test('what is invalidated in between is not brought back', async (t) => {
  const { memory, options } = await openStore(['a', 'b'], (store) => invalidate(store, { keys: ['a'] }))
  t.strictSame(await touchMany(options, ['a', 'b'], 600), ['absent', 'touched'])
  t.equal((await memory.read([valueKey('a')])).entries[0], undefined)
})

t.test('what is replaced in between keeps the new value', async (t) => {
  const newer = entryOf('newer', { etag: '"newer"' })
  const { memory, options } = await openStore(['a'], (store) =>
    put(store, { storeKey: valueKey('a'), entry: newer })
  )
  t.strictSame(await touchMany(options, ['a'], 600), ['touched'])
  const [entry] = (await memory.read([valueKey('a')])).entries
  t.equal(entry?.body.toString(), 'newer')
  t.ok((entry?.freshUntil ?? 0) > Date.now() + 500_000)
})

t.test('none are none', async (t) => {
  const { options } = await openStore([])
  t.strictSame(await touchMany(options, [], 600), [])
})
