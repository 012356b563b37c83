import type { Test } from 'tap'
import type { Entry } from '../../../src/cache/entry.js'
import type { PendingWrite } from '../../../src/cache/store.js'
import { eventually } from '../../support/eventually.js'
import type { CreateStore } from '../contract.js'
import { bodies, entryOf, invalidate, put, readable, tagged } from '../fixtures.js'

export const commitContract = async (t: Test, createStore: CreateStore): Promise<void> => {
  const write = (body: string, condition?: PendingWrite['condition'], etag?: string): PendingWrite => ({
    storeKey: '@value:n',
    entry: entryOf(body, { etag }),
    ...(condition === undefined ? {} : { condition })
  })

  await t.test('a write that must be the first is stored once', async (t) => {
    const { store } = await createStore(t)
    t.strictSame(await put(store, write('1', 'absent')), ['stored'])
    t.strictSame(await put(store, write('2', 'absent')), ['unmet'])
    t.strictSame(await bodies(store, '@value:n'), ['1'])
    await invalidate(store, { keys: ['n'] })
    t.strictSame(await put(store, write('3', 'absent')), ['stored'])
  })

  await t.test('a write that must replace something is not stored over nothing', async (t) => {
    const { store } = await createStore(t)
    t.strictSame(await put(store, write('1', 'present')), ['unmet'])
    await put(store, write('2'))
    t.strictSame(await put(store, write('3', 'present')), ['stored'])
    await invalidate(store, { all: true })
    t.strictSame(await put(store, write('4', 'present')), ['unmet'], 'an older epoch is nothing')
    t.strictSame(await bodies(store, '@value:n'), [undefined])
  })

  await t.test('a write over one etag replaces that entry only', async (t) => {
    const { store } = await createStore(t)
    const long = `"${'x'.repeat(253)}"`
    t.strictSame(await put(store, write('1', { etag: '"a"' })), ['unmet'])
    await put(store, write('2', undefined, '"a"'))
    t.strictSame(await put(store, write('3', { etag: '"b"' }, '"b"')), ['unmet'])
    t.strictSame(await put(store, write('3', { etag: '"a"' }, long)), ['stored'])
    t.strictSame(await put(store, write('4', { etag: '"a"' })), ['unmet'])
    t.strictSame(await put(store, write('4', { etag: `${long.slice(0, -2)}y"` })), ['unmet'])
    t.strictSame(await put(store, write('4', { etag: long })), ['stored'])
    t.strictSame(await put(store, write('5', { etag: long })), ['unmet'], 'an entry without an etag has none')
  })

  await t.test(
    'an entry that can be confirmed is there after its last use, and is invalidated as any other',
    async (t) => {
      const { store } = await createStore(t)
      const now = Date.now()
      const stored = entryOf('kept', { freshUntil: 0, keptUntil: now + 60_000, tags: ['a'] })
      await put(store, { storeKey: 'n', entry: stored })
      t.strictSame(await bodies(store, 'n'), ['kept'])
      const [read] = (await store.read(['n'])).entries
      t.match(read, { freshUntil: 0, keptUntil: now + 60_000 })
      await invalidate(store, { tags: ['a'] })
      t.strictSame(await bodies(store, 'n'), [undefined])
      await put(store, { storeKey: 'n', entry: entryOf('over', { freshUntil: 0, keptUntil: now - 1 }) })
      await eventually(async () => (await bodies(store, 'n'))[0] === undefined)
    }
  )

  await t.test('a write over one etag replaces that entry with coded bodies, and without', async (t) => {
    const { store } = await createStore(t)
    const coded = [{ coding: 'br' as const, body: Buffer.from('c') }]
    const over = (named: Partial<Entry>): PendingWrite => ({
      storeKey: 'k',
      entry: entryOf('body', { etag: '"a"', ...named }),
      condition: { etag: '"a"' }
    })
    await put(store, { storeKey: 'k', entry: entryOf('body', { etag: '"a"' }) })
    t.strictSame(await put(store, over({ coded })), ['stored'])
    t.strictSame(await put(store, over({ coded })), ['stored'])
    t.strictSame(await put(store, over({})), ['stored'])
    t.strictSame((await store.read(['k'])).entries[0]?.coded, undefined)
  })

  await t.test('conditions hold one by one, writes in order', async (t) => {
    const { store } = await createStore(t)
    const outcomes = await put(store, write('1', 'present'), write('2', 'absent'), write('3', 'absent'))
    t.strictSame(outcomes, ['unmet', 'stored', 'unmet'])
    t.strictSame(await bodies(store, '@value:n'), ['2'])
  })

  await t.test('many writes have an outcome each', async (t) => {
    const { store } = await createStore(t)
    await put(store, { storeKey: '@value:70', entry: entryOf('old') })
    const outcomes = await put(
      store,
      ...Array.from({ length: 120 }, (_, at) => ({
        storeKey: `@value:${at}`,
        entry: entryOf(`${at}`),
        condition: 'absent' as const
      }))
    )
    t.equal(outcomes.length, 120)
    t.strictSame(
      outcomes.flatMap((outcome, at) => (outcome === 'stored' ? [] : [[at, outcome]])),
      [[70, 'unmet']]
    )
    t.strictSame(await bodies(store, '@value:0', '@value:70', '@value:119'), ['0', 'old', '119'])
    t.strictSame(await put(store), [])
  })

  await t.test('an entry stored over another is reached by its own tags', async (t) => {
    const { store, isTagged } = await createStore(t)
    await put(store, { storeKey: 'a', entry: tagged('old', 'both') })
    await put(store, { storeKey: 'a', entry: tagged('both', 'new') }, { storeKey: 'b', entry: tagged('old') })
    t.ok(await isTagged('new'))
    await invalidate(store, { tags: ['new'] })
    t.strictSame(await readable(store, 'a', 'b'), ['b'])
    await put(store, { storeKey: 'a', entry: tagged('both') })
    await invalidate(store, { tags: ['both'] })
    t.strictSame(await readable(store, 'a', 'b'), ['b'])
  })

  await t.test('an entry stored again with a shorter life expires then', async (t) => {
    const { store, isTagged } = await createStore(t)
    await put(store, { storeKey: 'a', entry: tagged('t') })
    await put(store, { storeKey: 'a', entry: entryOf('', { freshUntil: Date.now() - 1, tags: ['t'] }) })
    await eventually(async () => (await readable(store, 'a')).length === 0)
    await store.sweep()
    t.notOk(await isTagged('t'))
  })
}
