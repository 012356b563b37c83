import { randomEpoch } from '../../../src/cache/position.js'
import { valueKey } from '../../../src/cache/tags.js'
import t from 'tap'
import { invalidationOf } from '../../../src/cache/invalidation.js'
import { type Store } from '../../../src/cache/store.js'
import type { NewValue } from '../../../src/cache/values/value.js'
import { createValues, type PutOptions, type Values } from '../../../src/cache/values/values.js'
import { decodeEntry, encodeEntry } from '../../../src/stores/entry-codec.js'
import { createMemoryStore } from '../../../src/stores/memory/memory-store.js'
import { createClock } from '../../support/clock.js'

const ALWAYS: PutOptions = { precondition: 'none', position: undefined }

const draftOf = (key: string, body: string, named: Partial<NewValue> = {}): NewValue => ({
  key,
  body: Buffer.from(body),
  contentType: 'text/plain',
  tags: [],
  ttlSeconds: 60,
  ...named
})

const setUp = (watch: (store: Store) => Store = (store) => store) => {
  const clock = createClock()
  const store = createMemoryStore({ maxBytes: 1_000_000, now: clock.now, randomEpoch })
  const values = createValues({ store: watch(store), now: clock.now })
  const bodyOf = async (key: string) => (await values.read([key])).values[0]?.body.toString()
  const invalidate = (key: string) => store.invalidate(invalidationOf({ keys: [key] }))
  return { clock, store, values, bodyOf, invalidate }
}

/** A store in which something happens just before each commit. */
const withRival =
  (rival: (store: Store, commits: number) => Promise<unknown>) =>
  (store: Store): Store => {
    let commits = 0
    return {
      ...store,
      commit: async (commit) => {
        await rival(store, commits++)
        return store.commit(commit)
      }
    }
  }

const rivalPut = (store: Store, key: string, body: string) =>
  createValues({ store, now: Date.now }).put(draftOf(key, body, { ttlSeconds: 1e6 }), ALWAYS)

const etagOf = async (values: Values, value: NewValue): Promise<string | undefined> => {
  await values.put(value, ALWAYS)
  return (await values.read([value.key])).values[0]?.etag
}

t.test('a value comes back with its bytes, type, age and remaining time to live', async (t) => {
  const { values, clock } = setUp()
  const etag = await etagOf(values, draftOf('a', 'one'))
  clock.advance(20_400)
  const reading = await values.read(['a', 'b'])
  t.same(reading.values, [
    { body: Buffer.from('one'), contentType: 'text/plain', etag, ageSeconds: 20, ttlSeconds: 40 },
    undefined
  ])
})

t.test('a value is gone when its time to live is over', async (t) => {
  const { clock, values, bodyOf } = setUp()
  await values.put(draftOf('a', 'one'), ALWAYS)
  clock.advance(59_999)
  t.equal(await bodyOf('a'), 'one')
  clock.advance(1)
  t.equal(await bodyOf('a'), undefined)
})

t.test('a value is no entry of the proxy', async (t) => {
  const { store, values } = setUp()
  await values.put(draftOf('a', 'one'), ALWAYS)
  t.same((await store.read(['a'])).entries, [undefined])
})

t.test('an etag is that of bytes, type and tags, whatever the time', async (t) => {
  const { clock, values } = setUp()
  const etag = await etagOf(values, draftOf('a', 'one', { tags: ['x', 'y'] }))
  t.match(etag ?? '', /^"[\w-]{22}"$/)
  clock.advance(1000)
  t.equal(await etagOf(values, draftOf('a', 'one', { tags: ['y', 'x', 'y'], ttlSeconds: 5 })), etag)
  t.not(await etagOf(values, draftOf('a', 'two', { tags: ['x', 'y'] })), etag)
  t.not(await etagOf(values, draftOf('a', 'one', { tags: ['x', 'y'], contentType: 'a/b' })), etag)
  t.not(await etagOf(values, draftOf('a', 'one')), etag)
})

t.test('a put with a precondition stores only where it holds', async (t) => {
  const { values, bodyOf } = setUp()
  const put = async (body: string, precondition: PutOptions['precondition']) =>
    (await values.put(draftOf('a', body), { precondition, position: undefined })).outcome
  t.equal(await put('0', 'present'), 'unmet')
  t.equal(await put('0', { anyOf: ['"x"'] }), 'unmet')
  t.equal(await put('1', 'absent'), 'stored')
  t.equal(await put('2', 'absent'), 'unmet')
  t.equal(await put('3', 'present'), 'stored')
  const etag = (await values.read(['a'])).values[0]?.etag ?? ''
  t.equal(await put('4', { anyOf: ['"x"', etag] }), 'stored')
  t.equal(await put('5', { anyOf: [etag] }), 'unmet')
  t.equal(await put('6', { anyOf: [] }), 'unmet')
  t.equal(await bodyOf('a'), '4')
})

t.test(
  'a put with the position of its miss is refused after an invalidation of its key or tag',
  async (t) => {
    const { store, values, bodyOf, invalidate } = setUp()
    const { position } = await values.read(['a'])
    await invalidate('a')
    t.same(await values.put(draftOf('a', 'old'), { precondition: 'none', position }), { outcome: 'refused' })
    t.same(await values.putMany([draftOf('a', 'old'), draftOf('b', 'new')], position), ['refused', 'stored'])
    await store.invalidate(invalidationOf({ tags: ['t'] }))
    t.same(await values.putMany([draftOf('c', 'old', { tags: ['t'] })], position), ['refused'])
    t.same([await bodyOf('a'), await bodyOf('b'), await bodyOf('c')], [undefined, 'new', undefined])
  }
)

t.test('touch gives a new time to live and changes nothing else', async (t) => {
  const { clock, store, values } = setUp()
  await values.put(draftOf('a', 'one', { tags: ['t'] }), ALWAYS)
  const [before] = (await store.read([valueKey('a')])).entries
  clock.advance(59_000)
  t.equal(await values.touch('a', 100), 'touched')
  const [after] = (await store.read([valueKey('a')])).entries
  const freshUntil = clock.now() + 100_000
  const times = { freshUntil, staleIfErrorUntil: freshUntil, staleWhileRevalidateUntil: freshUntil }
  t.same(after, { ...before, ...times })
})

t.test('touch works on entries that are views of bytes', async (t) => {
  const epoch = 'e'.repeat(16)
  const { clock, values, bodyOf } = setUp((store) => ({
    ...store,
    read: async (storeKeys) => {
      const { position, entries } = await store.read(storeKeys)
      const viewed = entries.map(
        (entry) => entry && decodeEntry(Buffer.concat([Buffer.from(epoch), encodeEntry(entry)]), epoch)
      )
      return { position, entries: viewed }
    }
  }))
  await values.put(draftOf('a', '41'), ALWAYS)
  t.equal(await values.touch('a', 100), 'touched')
  t.same(await values.increment({ key: 'a', by: 1, precondition: 'none', ttlSeconds: 9 }), {
    outcome: 'stored',
    value: 42
  })
  clock.advance(99_000)
  t.equal(await bodyOf('a'), '42')
})

t.test(
  'touch finds nothing where nothing is, and brings back nothing that was invalidated meanwhile',
  async (t) => {
    const { values, bodyOf } = setUp(
      withRival(async (store, commits) => {
        if (commits === 1) await store.invalidate(invalidationOf({ keys: ['a'] }))
      })
    )
    t.equal(await values.touch('a', 10), 'absent')
    await values.put(draftOf('a', 'one'), ALWAYS)
    t.equal(await values.touch('a', 10), 'absent')
    t.equal(await bodyOf('a'), undefined)
  }
)

t.test('touch lengthens the value that was put meanwhile, not the one it had read', async (t) => {
  const { clock, values, bodyOf } = setUp(
    withRival(async (store, commits) => {
      if (commits === 1) await rivalPut(store, 'a', 'newer')
    })
  )
  await values.put(draftOf('a', 'one'), ALWAYS)
  t.equal(await values.touch('a', 100), 'touched')
  t.equal(await bodyOf('a'), 'newer')
  clock.advance(100_000)
  t.equal(await bodyOf('a'), undefined)
})

t.test(
  'increment counts from 0 with the lifetime given, and keeps the expiry of a counter that is there',
  async (t) => {
    const { clock, values, bodyOf } = setUp()
    const increment = (by: number) => values.increment({ key: 'n', by, precondition: 'none', ttlSeconds: 60 })
    t.same(await increment(5), { outcome: 'stored', value: 5 })
    clock.advance(30_000)
    t.same(await increment(-7), { outcome: 'stored', value: -2 })
    t.match((await values.read(['n'])).values, [
      { ttlSeconds: 30, ageSeconds: 0, contentType: 'application/json' }
    ])
    clock.advance(30_000)
    t.equal(await bodyOf('n'), undefined)
  }
)

t.test('increment keeps type and tags of the value', async (t) => {
  const { store, values } = setUp()
  await values.put(draftOf('n', '1', { tags: ['t'] }), ALWAYS)
  await values.increment({ key: 'n', by: 1, precondition: 'none', ttlSeconds: 60 })
  t.match((await store.read([valueKey('n')])).entries, [
    { headers: ['content-type', 'text/plain'], tags: ['t'] }
  ])
})

t.test('increment refuses what is no exact integer, before and after', async (t) => {
  const { values, bodyOf } = setUp()
  const increment = (key: string, by = 1) =>
    values.increment({ key, by, precondition: 'none', ttlSeconds: 60 })
  for (const body of ['', ' 1', '1.0', '1e3', '0x10', '-0', '007', '9007199254740992', 'x'.repeat(100)]) {
    await values.put(draftOf('n', body), ALWAYS)
    t.same(await increment('n'), { outcome: 'not-an-integer' }, JSON.stringify(body))
    t.equal(await bodyOf('n'), body)
  }
  await values.put(draftOf('n', String(Number.MAX_SAFE_INTEGER)), ALWAYS)
  t.same(await increment('n'), { outcome: 'out-of-range' })
  await values.put(draftOf('n', String(Number.MIN_SAFE_INTEGER)), ALWAYS)
  t.same(await increment('n', -1), { outcome: 'out-of-range' })
  t.same(await increment('n', 1), { outcome: 'stored', value: Number.MIN_SAFE_INTEGER + 1 })
})

t.test('increment asks its precondition of what is there', async (t) => {
  const { values, bodyOf } = setUp()
  const increment = async (precondition: PutOptions['precondition']) =>
    (await values.increment({ key: 'n', by: 1, precondition, ttlSeconds: 60 })).outcome
  t.equal(await increment('present'), 'unmet')
  t.equal(await bodyOf('n'), undefined)
  t.equal(await increment('absent'), 'stored')
  t.equal(await increment('absent'), 'unmet')
  t.equal(await increment('present'), 'stored')
  t.equal(await increment({ anyOf: ['"x"'] }), 'unmet')
  t.equal(await bodyOf('n'), '2')
})

t.test('500 increments at once count to 500', async (t) => {
  const { values, bodyOf } = setUp()
  const increment = () => values.increment({ key: 'n', by: 1, precondition: 'none', ttlSeconds: 60 })
  const outcomes = await Promise.all(Array.from({ length: 500 }, increment))
  t.same(new Set(outcomes.map(({ outcome }) => outcome)), new Set(['stored']))
  t.equal(await bodyOf('n'), '500')
})

t.test('increment starts again from what another sidecar has put or invalidated meanwhile', async (t) => {
  const { values } = setUp(
    withRival(async (store, commits) => {
      if (commits === 0) await rivalPut(store, 'n', '10')
      if (commits === 1) await store.invalidate(invalidationOf({ keys: ['n'] }))
    })
  )
  const outcome = await values.increment({ key: 'n', by: 1, precondition: 'none', ttlSeconds: 60 })
  t.same(outcome, { outcome: 'stored', value: 1 })
})

t.test('touch and increment give up when others come in between each time', async (t) => {
  const { store, values } = setUp(withRival((store, commits) => rivalPut(store, 'n', String(commits))))
  await rivalPut(store, 'n', '-1')
  t.equal(await values.touch('n', 60), 'contended')
  t.same(await values.increment({ key: 'n', by: 1, precondition: 'none', ttlSeconds: 60 }), {
    outcome: 'contended'
  })
})
