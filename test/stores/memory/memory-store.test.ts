import { randomEpoch } from '../../../src/cache/position.js'
import t from 'tap'
import { createMemoryStore } from '../../../src/stores/memory/memory-store.js'
import { TagIndex } from '../../../src/stores/memory/tag-index.js'
import { createClock } from '../../support/clock.js'
import { storeContract, type StoreUnderTest } from '../contract.js'
import { entryOf, invalidate, positionOf, put, putAt, readable, tagged } from '../fixtures.js'

const MEGABYTE = 1_048_576

const createInspected = (maxBytes: number, now: () => number = Date.now): StoreUnderTest => {
  const index = new TagIndex()
  return {
    store: createMemoryStore({ maxBytes, now, randomEpoch, index }),
    isTagged: async (tag) => [...index.tags()].includes(tag)
  }
}

void t.test('the contract of every store', (t) =>
  storeContract(t, async () => createInspected(64 * MEGABYTE))
)

void t.test('the least recently used entries make room, and leave their tags', async (t) => {
  const { store, isTagged } = createInspected(MEGABYTE)
  const body = Buffer.alloc(300_000)
  for (const storeKey of ['a', 'b', 'c'])
    await put(store, { storeKey, entry: entryOf(body, { tags: [storeKey] }) })
  await store.read(['a'])
  for (const storeKey of ['d', 'e'])
    await put(store, { storeKey, entry: entryOf(body, { tags: [storeKey] }) })
  t.strictSame(await readable(store, 'a', 'b', 'c', 'd', 'e'), ['a', 'd', 'e'])
  t.notOk(await isTagged('b'))
  const { entries, usedBytes, maxBytes } = await store.stats()
  t.match({ entries, maxBytes }, { entries: 3, maxBytes: MEGABYTE })
  t.ok((usedBytes ?? 0) > 900_000 && (usedBytes ?? 0) <= MEGABYTE)
})

void t.test('coded bodies count as all that is kept does', async (t) => {
  const { store } = createInspected(MEGABYTE)
  const body = Buffer.alloc(100_000)
  await put(store, { storeKey: 'a', entry: entryOf(body) })
  const before = (await store.stats()).usedBytes ?? 0
  const coded = (['br', 'gzip'] as const).map((coding) => ({ coding, body: Buffer.alloc(50_000) }))
  await put(store, { storeKey: 'b', entry: entryOf(body, { coded }) })
  const added = ((await store.stats()).usedBytes ?? 0) - before
  t.ok(added >= 200_000 && added < 205_000, `${added} bytes`)
})

void t.test('an entry that does not fit is refused, and what it replaces is gone', async (t) => {
  const { store, isTagged } = createInspected(10_000)
  await put(store, { storeKey: 'a', entry: tagged('t') })
  t.strictSame(await put(store, { storeKey: 'a', entry: entryOf(Buffer.alloc(20_000)) }), ['refused'])
  t.strictSame(await readable(store, 'a'), [])
  t.notOk(await isTagged('t'))
})

void t.test('entries expire by the clock that the store was given', async (t) => {
  const clock = createClock()
  const { store, isTagged } = createInspected(MEGABYTE, clock.now)
  await put(store, { storeKey: 'a', entry: entryOf('', { freshUntil: clock.now() + 1000, tags: ['t'] }) })
  clock.advance(999)
  t.strictSame(await readable(store, 'a'), ['a'])
  clock.advance(1)
  t.strictSame(await readable(store, 'a'), [])
  t.notOk(await isTagged('t'))
})

void t.test('positions move on while the clock stands still or goes back', async (t) => {
  const clock = createClock()
  const store = createMemoryStore({ maxBytes: MEGABYTE, now: clock.now, randomEpoch })
  const first = await positionOf(store)
  await invalidate(store, { keys: ['a'] })
  clock.advance(-60_000)
  const second = await positionOf(store)
  await invalidate(store, { keys: ['b'] })
  t.strictSame(
    (await store.recordsBetween(first, await positionOf(store)))?.map(({ keys }) => keys),
    [['a'], ['b']]
  )
  const writes = ['a', 'b'].map((storeKey) => ({ storeKey, entry: entryOf('') }))
  t.strictSame(await putAt(store, second, ...writes), ['stored', 'refused'])
})

void t.test('a position older than the log is refused', async (t) => {
  const store = createMemoryStore({ maxBytes: MEGABYTE, now: Date.now, randomEpoch })
  const position = await positionOf(store)
  await invalidate(store, { keys: ['a'] })
  const next = await positionOf(store)
  for (let at = 0; at <= 20_000; at++) await invalidate(store, { keys: ['other'] })
  t.equal(await store.recordsBetween(position, await positionOf(store)), undefined)
  t.equal(await store.recordsBetween(position, next), undefined, 'not even up to one as old')
  t.strictSame(await putAt(store, position, { storeKey: 'a', entry: entryOf('') }), ['refused'])
})

void t.test('a tag is left by whoever leaves it, among one, two or many who carry it', async (t) => {
  const { store, isTagged } = createInspected(MEGABYTE)
  for (const count of [1, 2, 5]) {
    const storeKeys = Array.from({ length: count }, (_, at) => `${count}:${at}`)
    for (const storeKey of [...storeKeys, ...storeKeys]) await put(store, { storeKey, entry: tagged('t') })
    for (const storeKey of storeKeys) {
      t.ok(await isTagged('t'))
      await put(store, { storeKey, entry: tagged('other') })
    }
    t.notOk(await isTagged('t'), `${count}`)
    t.match(await invalidate(store, { tags: ['other'] }), { removed: count })
  }
})

void t.test('entries with the same headers keep one list of them', async (t) => {
  const store = createMemoryStore({ maxBytes: MEGABYTE, now: Date.now, randomEpoch })
  await put(store, { storeKey: 'a', entry: entryOf('1') }, { storeKey: 'b', entry: entryOf('2') })
  await put(store, { storeKey: 'c', entry: entryOf('3', { headers: ['content-type', 'text/plain'] }) })
  const { entries } = await store.read(['a', 'b', 'c'])
  const [a, b, c] = entries.map((entry) => entry?.headers)
  t.equal(a, b)
  t.strictSame(a, ['content-type', 'application/json'])
  t.strictSame(c, ['content-type', 'text/plain'])
})
