import fc from 'fast-check'
import type { Test } from 'tap'
import { compileGlob } from '../../../src/cache/invalidate/glob.js'
import type { Store } from '../../../src/cache/store.js'
import { eventually } from '../../support/eventually.js'
import type { CreateStore } from '../contract.js'
import { entryOf, invalidate, put, tagged } from '../fixtures.js'

/** All pages, as they come. */
const pagesOf = async (store: Store, pattern: string, count: number): Promise<(readonly string[])[]> => {
  const pages: (readonly string[])[] = []
  let cursor: string | undefined
  do {
    const listed = await store.list({ pattern, cursor, count })
    if (listed === undefined) throw new Error(`cursor ${cursor}`)
    pages.push(listed.keys)
    cursor = listed.cursor
  } while (cursor !== undefined)
  return pages
}

const listed = async (store: Store, pattern = '*', count = 100): Promise<readonly string[]> =>
  [...new Set((await pagesOf(store, pattern, count)).flat())].sort()

export const listContract = async (t: Test, createStore: CreateStore): Promise<void> => {
  await t.test('keys of values are listed, and nothing else', async (t) => {
    const { store } = await createStore(t)
    t.strictSame(await listed(store), [])
    const names = ['@value:a', '@value:kept:a', '@value:user:5', 'user:6', '@proof:a', '@lock:a', '@known:a']
    await put(store, ...names.map((storeKey) => ({ storeKey, entry: tagged('user:7') })))
    t.strictSame(await listed(store), ['a', 'kept:a', 'user:5'])
    t.strictSame(await listed(store, 'user:*'), ['user:5'])
    t.strictSame(await listed(store, 'a'), ['a'])
    t.strictSame(await listed(store, '?'), ['a'])
    t.strictSame(await listed(store, '\\a'), ['a'])
    t.strictSame(await listed(store, '[a-b]'), ['a'])
    t.strictSame(await listed(store, '*value*'), [])
  })

  await t.test('what cannot be read any more is not listed', async (t) => {
    const { store } = await createStore(t)
    const write = (storeKey: string, freshUntil: number) =>
      put(store, { storeKey, entry: entryOf('', { freshUntil }) })
    await write('@value:soon', Date.now() + 60)
    await write('@value:gone', Date.now() + 60_000)
    await write('@value:kept:a', Date.now() + 60_000)
    await invalidate(store, { keys: ['gone'] })
    await eventually(async () => (await listed(store)).join() === 'kept:a')
    await write('@value:old', Date.now() + 60_000)
    await invalidate(store, { all: true })
    t.strictSame(await listed(store), ['kept:a'])
  })

  await t.test('thousands come a page at a time, each once at least, whatever goes meanwhile', async (t) => {
    const { store } = await createStore(t)
    const keys = Array.from({ length: 2500 }, (_, at) => `k:${at}`)
    await put(store, ...keys.map((key) => ({ storeKey: `@value:${key}`, entry: entryOf('') })))
    const pages = await pagesOf(store, 'k:*', 100)
    t.ok(pages.length > 5, `${pages.length} pages`)
    t.ok(Math.max(...pages.map((page) => page.length)) < 1000)
    t.strictSame([...new Set(pages.flat())].sort(), [...keys].sort())
    const seen = new Set<string>()
    let cursor: string | undefined
    for (let at = 0; at === 0 || cursor !== undefined; at += 20) {
      const page = await store.list({ pattern: '*', cursor, count: 50 })
      for (const key of page?.keys ?? []) seen.add(key)
      cursor = page?.cursor
      await invalidate(store, { keys: Array.from({ length: 10 }, (_, more) => `k:${at + 2 * more + 1}`) })
    }
    t.ok(keys.every((key, at) => at % 2 === 1 || seen.has(key)))
  })

  await t.test('any pattern lists what it matches', async (t) => {
    const { store } = await createStore(t)
    const keys = ['a', 'ab', 'b*', 'user:1', 'user:12', 'ключ', '[x]', 'x\\y', 'kept:1']
    await put(store, ...keys.map((key) => ({ storeKey: `@value:${key}`, entry: entryOf('') })))
    const part = fc.constantFrom('*', '?', 'a', 'b', 'user:', '[', ']', '\\', '1', 'x', '-', '^', 'кл')
    const pattern = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join(''))
    await fc.assert(
      fc.asyncProperty(pattern, async (made) => {
        const expected = keys.filter(compileGlob(made)).sort()
        const found = await listed(store, made)
        if (found.join() !== expected.join()) throw new Error(`${made}: ${found.join()}`)
      }),
      { numRuns: 40 }
    )
    t.pass('in 40 runs')
  })
}
