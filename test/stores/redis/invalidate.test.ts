import t from 'tap'
import type { Position } from '../../../src/cache/position.js'
import { needsOwnRedis } from '../../support/redis-server.js'
import { bodies, entryOf, invalidate, positionOf, put, putAt, tagged } from '../fixtures.js'
import { connectStore, redisFor } from '../redis-fixtures.js'

const KEYS = Array.from({ length: 1000 }, (_, at) => `key:${at}`)

t.test('many names are looked at in slices, and counted once', { skip: needsOwnRedis }, async (t) => {
  const server = await redisFor(t)
  const { store } = await connectStore(t, { url: server.url })
  await put(store, ...KEYS.map((storeKey) => ({ storeKey, entry: entryOf('x') })))
  await put(store, ...KEYS.map((key, at) => ({ storeKey: `of:${key}`, entry: tagged(`tag:${at}`) })))
  const before = await positionOf(store)
  const tags = KEYS.map((_, at) => `tag:${at}`)
  t.match(await invalidate(store, { keys: KEYS, tags }), { outcome: 'done', removed: 2000 })
  t.equal((await store.recordsBetween(before, await positionOf(store)))?.length, 1, 'one record')
  t.same(
    (await bodies(store, 'key:0', 'key:999', 'of:key:0', 'of:key:999')).filter((body) => body !== undefined),
    []
  )
})

t.test('a fill under way brings back none of many names', { skip: needsOwnRedis }, async (t) => {
  const server = await redisFor(t)
  const { store } = await connectStore(t, { url: server.url })
  const { store: other } = await connectStore(t, { url: server.url })
  const outcomes = new Set<string>()
  const fill = async (position: Position): Promise<string> => {
    const [outcome = 'none'] = await putAt(other, position, { storeKey: 'key:0', entry: entryOf('old') })
    return outcome
  }
  for (let round = 0; round < 20; round++) {
    const position = await positionOf(store)
    let isOver = false
    const invalidated = invalidate(store, { keys: KEYS }).finally(() => {
      isOver = true
    })
    const fills = async (): Promise<void> => {
      while (!isOver) outcomes.add(await fill(position))
    }
    await Promise.all([invalidated, fills()])
    await fill(position)
    t.same(await bodies(store, 'key:0'), [undefined])
  }
  t.ok(outcomes.has('refused'), 'some came in between')
})
