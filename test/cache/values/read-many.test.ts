import { randomEpoch } from '../../../src/cache/position.js'
import { valueKey } from '../../../src/cache/tags.js'
import t from 'tap'
import { readMany } from '../../../src/cache/values/read-many.js'
import { type Store } from '../../../src/cache/store.js'
import { createMemoryStore } from '../../../src/stores/memory/memory-store.js'
import { entryOf, positionOf, put } from '../../stores/fixtures.js'

const KILOBYTE = 1024

const openStore = async (sizes: readonly number[]) => {
  const memory = createMemoryStore({ maxBytes: 1e9, now: Date.now, randomEpoch })
  const keys = sizes.map((_, at) => `k${at}`)
  await put(
    memory,
    ...sizes.map((size, at) => ({ storeKey: valueKey(`k${at}`), entry: entryOf(Buffer.alloc(size, at)) }))
  )
  const reads: number[] = []
  const store: Store = {
    ...memory,
    read: (storeKeys) => {
      reads.push(storeKeys.length)
      return memory.read(storeKeys)
    }
  }
  return { store, keys, reads, context: { store, now: Date.now } }
}

void t.test('values are read in parts of bounded size, in order', async (t) => {
  const { context, keys, reads } = await openStore(Array.from({ length: 10 }, () => 600 * KILOBYTE))
  const reading = await readMany(context, ['none', ...keys, 'none'], 6000 * KILOBYTE)
  t.strictSame(
    reading?.values.map((value) => value?.body[0]),
    [undefined, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, undefined]
  )
  t.ok(reads.length >= 4 && Math.max(...reads) <= 4, `parts of ${reads.join(', ')}`)
})

void t.test('small values are read by the hundred', async (t) => {
  const { context, keys, reads } = await openStore(Array.from({ length: 250 }, () => 10))
  t.equal((await readMany(context, keys, 2500))?.values.length, 250)
  t.strictSame(reads, [100, 100, 50])
})

void t.test('what is certainly too much is not read', async (t) => {
  const { context, keys, reads } = await openStore(Array.from({ length: 10 }, () => 600 * KILOBYTE))
  t.equal(await readMany(context, keys, 4000 * KILOBYTE), undefined)
  t.strictSame(reads, [])
})

void t.test('what is a little too much is found out by reading', async (t) => {
  const { context, keys } = await openStore([600, 400])
  t.equal(await readMany(context, keys, 999), undefined)
  t.equal((await readMany(context, keys, 1000))?.values.length, 2)
})

void t.test('the position is that of the first part: what comes in between refuses a put', async (t) => {
  const { context, store, keys } = await openStore(Array.from({ length: 150 }, () => 1))
  const before = await positionOf(store)
  let reads = 0
  const reading = await readMany(
    {
      ...context,
      store: {
        ...store,
        read: async (storeKeys) => {
          const read = await store.read(storeKeys)
          if (reads++ === 0) await store.invalidate({ keys: ['k140'], tags: [], patterns: [], all: false })
          return read
        }
      }
    },
    keys,
    1000
  )
  t.equal(reading?.position, before)
  t.equal(reading?.values[140], undefined)
})

void t.test('no keys have a position, too', async (t) => {
  const { context, store } = await openStore([])
  t.strictSame(await readMany(context, [], 1), { position: await positionOf(store), values: [] })
})
