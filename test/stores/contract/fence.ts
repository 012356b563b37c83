import type { Test } from 'tap'
import { invalidationOf, kindsOf, type Invalidation } from '../../../src/cache/invalidation.js'
import { epochOf, recordIdOf } from '../../../src/cache/position.js'
import type { Store } from '../../../src/cache/store.js'
import type { CreateStore } from '../contract.js'
import { entryOf, invalidate, positionOf, putAt, readable, tagged } from '../fixtures.js'

/** What an invalidation between a miss and its fill names, and whether it reaches `user:5` tagged `project:42`. */
const BETWEEN: readonly [string, Partial<Invalidation>, 'stored' | 'refused'][] = [
  ['other names', { keys: ['user:55'], tags: ['project:4'], patterns: ['user:5:*'] }, 'stored'],
  ['the key', { keys: ['user:5'] }, 'refused'],
  ['a tag', { tags: ['other', 'project:42'] }, 'refused'],
  ['a key that is one of the tags', { keys: ['project:42'] }, 'refused'],
  ['a tag that is the key', { tags: ['user:5'] }, 'stored'],
  ['a pattern over the key', { patterns: ['us[a-f]r:?'] }, 'refused'],
  ['a pattern over a tag', { patterns: ['none', '*:42'] }, 'refused'],
  ['everything', { all: true }, 'refused']
]

export const fenceContract = async (t: Test, createStore: CreateStore): Promise<void> => {
  const entry = tagged('project:42', 'tag')
  const disturb = async (store: Store, times: number): Promise<void> => {
    for (let at = 0; at < times; at += 250) {
      const some = Array.from({ length: Math.min(250, times - at) }, () =>
        invalidate(store, { keys: ['unrelated'] })
      )
      await Promise.all(some)
    }
  }

  await t.test('a fill at the position of its miss is stored', async (t) => {
    const { store } = await createStore(t)
    t.strictSame(await putAt(store, await positionOf(store), { storeKey: 'a', entry }), ['stored'])
    t.strictSame(await readable(store, 'a'), ['a'])
  })

  for (const [title, named, outcome] of BETWEEN) {
    for (const storeKey of ['user:5', '@value:user:5']) {
      await t.test(`after an invalidation of ${title} a fill of ${storeKey} is ${outcome}`, async (t) => {
        const { store } = await createStore(t)
        const position = await positionOf(store)
        await invalidate(store, named)
        t.strictSame(await putAt(store, position, { storeKey, entry }), [outcome])
        t.strictSame(await readable(store, storeKey), outcome === 'stored' ? [storeKey] : [])
        t.strictSame(await putAt(store, undefined, { storeKey, entry }), ['stored'], 'without a fence it is')
        t.strictSame(await putAt(store, await positionOf(store), { storeKey, entry }), ['stored'])
      })
    }
  }

  await t.test('a proof is refused for its tags, never for its name', async (t) => {
    const { store } = await createStore(t)
    const position = await positionOf(store)
    const proof = { storeKey: '@proof:abc', entry: tagged('identity:abc') }
    await invalidate(store, { keys: ['abc', '@proof:abc'], patterns: ['@*', 'abc', '*proof*'] })
    t.strictSame(await putAt(store, position, proof), ['stored'])
    await invalidate(store, { tags: ['identity:abc'] })
    t.strictSame(await putAt(store, position, proof), ['refused'])
  })

  await t.test('only the writes that are reached are refused', async (t) => {
    const { store } = await createStore(t)
    const position = await positionOf(store)
    await invalidate(store, { keys: ['b'] })
    await invalidate(store, { tags: ['tag'] })
    const writes = ['a', 'b', 'c', 'd'].map((storeKey) => ({
      storeKey,
      entry: storeKey === 'c' ? entry : entryOf('')
    }))
    t.strictSame(await putAt(store, position, ...writes), ['stored', 'refused', 'refused', 'stored'])
    t.strictSame(await readable(store, 'a', 'b', 'c', 'd'), ['a', 'd'])
  })

  await t.test('a fence and a condition both have to hold', async (t) => {
    const { store } = await createStore(t)
    const position = await positionOf(store)
    await invalidate(store, { keys: ['other'] })
    const write = { storeKey: '@value:a', entry, condition: 'present' as const }
    t.strictSame(await putAt(store, position, write), ['unmet'])
    t.strictSame(await putAt(store, position, { ...write, condition: 'absent' }), ['stored'])
    await invalidate(store, { keys: ['a'] })
    t.strictSame(await putAt(store, position, { ...write, condition: 'absent' }), ['refused'])
  })

  await t.test('1,000 records are compared, more are not', async (t) => {
    const { store } = await createStore(t)
    const position = await positionOf(store)
    await disturb(store, 1000)
    t.strictSame(await putAt(store, position, { storeKey: 'a', entry }), ['stored'])
    t.equal((await store.recordsBetween(position, await positionOf(store)))?.length, 1000)
    await disturb(store, 1)
    t.strictSame(await putAt(store, position, { storeKey: 'b', entry }), ['refused'])
    t.equal(await store.recordsBetween(position, await positionOf(store)), undefined)
  })

  await t.test('positions that the store never gave are refused', async (t) => {
    const { store } = await createStore(t)
    const position = await positionOf(store)
    const [epoch, id] = [epochOf(position), recordIdOf(position)]
    for (const foreign of [`${'x'.repeat(16)}:${id}`, `${epoch}:9999999999999-0`]) {
      t.strictSame(await putAt(store, foreign, { storeKey: 'a', entry }), ['refused'], foreign)
      t.equal(await store.recordsBetween(foreign, position), undefined, foreign)
    }
    t.strictSame(await readable(store, 'a'), [])
  })

  await t.test('the records between two positions are told, oldest first', async (t) => {
    const { store } = await createStore(t)
    const first = await positionOf(store)
    const named = [{ keys: ['ключ'] }, { tags: ['t'], patterns: ['p*'] }, { keys: ['b'] }]
    const ids: string[] = []
    for (const one of named.slice(0, 2)) {
      const result = await invalidate(store, one)
      if (result.outcome === 'done') ids.push(recordIdOf(result.position))
    }
    const second = await positionOf(store)
    await invalidate(store, named[2] ?? {})
    // One in several steps may end with a record that names nothing.
    const all = await store.recordsBetween(first, second)
    const records = all?.filter((record) => kindsOf(record).length > 0)
    t.equal(records?.length, 2)
    t.strictSame([all?.at(0)?.id, all?.at(-1)?.id], ids)
    t.match(records, named.slice(0, 2).map(invalidationOf))
    t.strictSame(await store.recordsBetween(second, second), [])
    t.equal(recordIdOf(second), ids[1])
  })
}
