import type { Test } from 'tap'
import type { Invalidation } from '../../../src/cache/invalidation.js'
import { epochOf } from '../../../src/cache/position.js'
import type { CreateStore } from '../contract.js'
import { entryOf, invalidate, positionOf, put, readable, tagged } from '../fixtures.js'

/** By store key the tags of what is stored, then what is named and which store keys must be left. */
const REACH: readonly [string, Record<string, string[]>, Partial<Invalidation>, string[]][] = [
  ['a key, entry and value alike', { a: [], '@value:a': [], b: [] }, { keys: ['a'] }, ['b']],
  ['a key as a tag', { 'a#1': ['a'], '@value:x': ['a'], '@proof:x': ['a'], b: [] }, { keys: ['a'] }, ['b']],
  ['a tag', { a: ['t'], '@value:a': ['t', 'u'], '@proof:a': ['t'], b: ['u'] }, { tags: ['t'] }, ['b']],
  ['a tag that is also a key', { t: [], a: ['t'] }, { tags: ['t'] }, ['t']],
  [
    'several names',
    { a: [], b: ['t'], c: [], d: ['u'] },
    { keys: ['a'], tags: ['t'], patterns: ['c'] },
    ['d']
  ],
  ['a pattern over keys', { 'u:1:a': [], '@value:u:1:b': [], 'u:2': [] }, { patterns: ['u:1:*'] }, ['u:2']],
  ['a pattern over tags', { a: ['u:1'], '@proof:p': ['u:12'], b: ['v:1'] }, { patterns: ['u:*'] }, ['b']],
  ['a pattern never as a name with @', { '@proof:p': [], x: [] }, { patterns: ['*'] }, ['@proof:p']],
  [
    'a pattern with @ in it',
    { '@proof:p': [], a: ['t'], 'x@y': [] },
    { patterns: ['@*', '?proof:*'] },
    ['@proof:p', 'a', 'x@y']
  ],
  [
    'a pattern of many stars',
    { aXbXcXd: [], t: ['a-b-c-d'], aXbXc: [] },
    { patterns: ['*a*b*c*d*'] },
    ['aXbXc']
  ],
  [
    'glob characters in keys and tags',
    { 'a*': [], ab: [], x: ['[t]'], y: ['t'] },
    { keys: ['a*'], tags: ['[t]'] },
    ['ab', 'y']
  ],
  [
    'escaped glob characters in a pattern',
    { 'a*b': [], axb: [], x: ['t?'], y: ['tt'] },
    { patterns: ['a\\*b', 't\\?'] },
    ['axb', 'y']
  ],
  ['non-ASCII keys', { ключ: [], '@value:ключ': [], ключи: [] }, { keys: ['ключ'] }, ['ключи']],
  ['non-ASCII tags', { a: ['größe'], b: ['große'] }, { tags: ['größe'] }, ['b']],
  ['non-ASCII patterns', { 'имя:1': [], a: ['имя:😀'], b: ['им:1'] }, { patterns: ['имя:*'] }, ['b']],
  [
    'a set that reaches past ASCII',
    { aéz: [], abz: [], 'a\u{7f}z': [] },
    { patterns: ['a[b-é]?z', 'a[b-é]z'] },
    []
  ],
  ['everything', { a: ['t'], '@value:b': [], '@proof:c': ['t'] }, { all: true }, []]
]

export const invalidateContract = async (t: Test, createStore: CreateStore): Promise<void> => {
  for (const [title, stored, named, left] of REACH) {
    await t.test(`an invalidation reaches ${title}`, async (t) => {
      const { store } = await createStore(t)
      const storeKeys = Object.keys(stored)
      await put(
        store,
        ...Object.entries(stored).map(([storeKey, tags]) => ({ storeKey, entry: tagged(...tags) }))
      )
      t.strictSame(await readable(store, ...storeKeys), storeKeys)
      const before = await positionOf(store)
      const result = await invalidate(store, named)
      t.match(result, { outcome: 'done', removed: storeKeys.length - left.length })
      t.strictSame(await readable(store, ...storeKeys), left)
      const after = await positionOf(store)
      t.equal(epochOf(after) === epochOf(before), named.all !== true)
      if (result.outcome === 'done') t.equal(after, result.position)
    })
  }

  await t.test('naming what is not there is done, too, and moves the position', async (t) => {
    const { store } = await createStore(t)
    const before = await positionOf(store)
    t.match(await invalidate(store, { keys: ['a'], tags: ['b'], patterns: ['c*'] }), { removed: 0 })
    t.not(await positionOf(store), before)
  })

  await t.test('a tag of thousands of entries is removed whole', async (t) => {
    const { store, isTagged } = await createStore(t)
    const storeKeys = Array.from({ length: 3500 }, (_, at) => `p:${at}`)
    await put(store, ...storeKeys.map((storeKey) => ({ storeKey, entry: tagged('many', `own:${storeKey}`) })))
    t.match(await invalidate(store, { tags: ['many'], keys: ['p:7'] }), { outcome: 'done', removed: 3500 })
    t.strictSame(await readable(store, ...storeKeys), [])
    t.notOk(await isTagged('many'))
  })

  await t.test('a pattern over the tags of thousands of entries removes them all', async (t) => {
    const { store } = await createStore(t)
    const storeKeys = Array.from({ length: 2500 }, (_, at) => `p:${at}`)
    await put(store, ...storeKeys.map((storeKey, at) => ({ storeKey, entry: tagged(`few:${at % 2}`) })))
    await put(store, { storeKey: 'other', entry: entryOf('') })
    t.match(await invalidate(store, { patterns: ['few:?'] }), { outcome: 'done', removed: 2500 })
    t.strictSame(await readable(store, ...storeKeys, 'other'), ['other'])
  })

  await t.test('what was stored after an invalidation stays', async (t) => {
    const { store } = await createStore(t)
    for (const named of [{ keys: ['a'] }, { tags: ['t'] }, { patterns: ['*'] }, { all: true }]) {
      await invalidate(store, named)
      await put(store, { storeKey: 'a', entry: tagged('t') })
      t.strictSame(await readable(store, 'a'), ['a'])
    }
  })
}
