import t, { type Test } from 'tap'
import { invalidationOf } from '../../../src/cache/invalidation.js'
import type { Store } from '../../../src/cache/store.js'
import { needsOwnRedis } from '../../support/redis-server.js'
import { freePort } from '../../support/free-port.js'
import { invalidate, invalidateAtOnce, put, readable, tagged } from '../fixtures.js'
import { connectStore, openStore, redisFor, untilUp } from '../redis-fixtures.js'

const MOST_WAITING = 1000
/** For a bound that is not to be over in a test. */
const LONG_MS = 600_000

/** A store whose server is not there. */
const lostStore = async (invalidationTimeoutMs: number, t: Test) =>
  openStore(t, {
    url: `redis://127.0.0.1:${await freePort()}/1`,
    invalidationTimeoutMs,
    commandTimeoutMs: 100
  })

/** Begins so many, of as many keys; each is told here once it has an outcome. */
const beginMany = (store: Store, count: number) => {
  const outcomes: string[] = []
  const all = Array.from({ length: count }, async (_, at) => {
    outcomes.push((await invalidate(store, { keys: [`k:${at}`] })).outcome)
  })
  return { outcomes, ended: Promise.all(all) }
}

void t.test('one that finds no store is pending when its time is over, and no sooner', async (t) => {
  const { store } = await lostStore(300, t)
  const startedAt = performance.now()
  t.same(await invalidate(store, { keys: ['a'] }), { outcome: 'pending' })
  t.ok(performance.now() - startedAt >= 290)
  t.match(await store.stats(), { pendingInvalidations: 1 })
})

void t.test('a caller may ask for less, and not for more', async (t) => {
  const { store } = await lostStore(LONG_MS, t)
  t.same(await invalidateAtOnce(store, { keys: ['a'] }), { outcome: 'pending' })
  t.same(await store.invalidate(invalidationOf({ keys: ['a'] }), { waitMs: 150 }), { outcome: 'pending' })
  const hasty = await lostStore(50, t)
  const asked = { waitMs: LONG_MS }
  t.same(await hasty.store.invalidate(invalidationOf({ keys: ['a'] }), asked), { outcome: 'pending' })
})

void t.test('beyond the greatest number that may wait, one is pending at once', async (t) => {
  const { store } = await lostStore(LONG_MS, t)
  const { outcomes, ended } = beginMany(store, MOST_WAITING + 50)
  await invalidateAtOnce(store, { keys: ['last'] })
  t.strictSame(
    outcomes,
    Array.from({ length: 50 }, () => 'pending')
  )
  store.endWaiting()
  await ended
  t.equal(outcomes.length, MOST_WAITING + 50)
})

void t.test('a process that stops waits no longer, and does not begin to', async (t) => {
  const { store } = await lostStore(LONG_MS, t)
  const { outcomes, ended } = beginMany(store, 3)
  store.endWaiting()
  await ended
  t.strictSame(outcomes, ['pending', 'pending', 'pending'])
  t.same(await invalidate(store, { keys: ['later'] }), { outcome: 'pending' })
  t.match(await store.stats(), { pendingInvalidations: 4 })
})

void t.test('closing ends the waiting, too', async (t) => {
  const { store } = await lostStore(LONG_MS, t)
  const waiting = invalidate(store, { keys: ['a'] })
  await store.close()
  t.same(await waiting, { outcome: 'pending' })
})

void t.test(
  'all that wait are carried out by one replay, and later ones wait in their turn',
  { skip: needsOwnRedis },
  async (t) => {
    const server = await redisFor(t)
    const { store, told } = await connectStore(t, { url: server.url, invalidationTimeoutMs: LONG_MS })
    await put(store, ...['a', 'b', 'c'].map((storeKey) => ({ storeKey, entry: tagged(`t:${storeKey}`) })))
    for (let round = 0; round < 3; round++) {
      await server.kill()
      const waiting = ['a', 'b', 'c'].map((storeKey) => invalidate(store, { tags: [`t:${storeKey}`] }))
      await server.restart()
      for (const each of waiting) t.match(await each, { outcome: 'done' })
      await untilUp(store)
    }
    t.strictSame(await readable(store, 'a', 'b', 'c'), [])
    t.match(told.invalidated.at(-1), { source: 'replay', outcome: 'done' })
    t.match(await store.stats(), { pendingInvalidations: 0 })
  }
)
