import t from 'tap'
import { createLocks } from '../../../src/cache/locks/locks.js'
import { newToken } from '../../../src/cache/locks/lease.js'
import { randomEpoch } from '../../../src/cache/position.js'
import type { Store } from '../../../src/cache/store.js'
import { StoreUnavailableError } from '../../../src/cache/errors.js'
import { CancelSource, NEVER } from '../../../src/concurrency/cancellation.js'
import { createMemoryStore } from '../../../src/stores/memory/memory-store.js'
import { createClock } from '../../support/clock.js'
import { eventually } from '../../support/eventually.js'
import { invalidate } from '../../stores/fixtures.js'

const setUp = (watch: (store: Store) => Store = (store) => store) => {
  const clock = createClock()
  const memory = createMemoryStore({ maxBytes: 1e6, now: clock.now, randomEpoch })
  const locks = createLocks({ store: watch(memory), now: clock.now })
  const acquire = async (name: string, { ttlMs = 10_000, waitMs = 0, cancel = NEVER } = {}) => {
    const acquisition = await locks.acquire({ name, ttlMs, waitMs }, cancel)
    return acquisition.outcome === 'acquired' ? acquisition : undefined
  }
  return { clock, memory, locks, acquire }
}

t.test('one has the lock until it is released or its time is over', async (t) => {
  const { clock, locks, acquire } = setUp()
  t.equal(await locks.remaining('a'), undefined)
  const first = await acquire('a')
  t.ok(first)
  t.equal(await acquire('a'), undefined)
  t.ok(await acquire('b'), 'another lock is another')
  clock.advance(2_500)
  t.equal(await locks.remaining('a'), 8)
  t.notOk(await locks.release({ name: 'a', token: newToken() }), 'by nobody else')
  t.ok(await locks.release({ name: 'a', token: first?.token ?? '' }))
  t.equal(await locks.remaining('a'), undefined)
  t.notOk(await locks.release({ name: 'a', token: first?.token ?? '' }), 'and once')
  const second = await acquire('a')
  clock.advance(10_000)
  const third = await acquire('a')
  const fences = [first, second, third].map((acquisition) => acquisition?.fence ?? '')
  t.strictSame([...new Set(fences)].sort(), fences, 'each fence is later')
})

t.test('who has it can keep it, and nobody else, nor later', async (t) => {
  const { clock, locks, acquire } = setUp()
  const { token = '' } = (await acquire('a')) ?? {}
  clock.advance(9_000)
  t.ok(await locks.renew({ name: 'a', token, ttlMs: 10_000 }))
  t.notOk(await locks.renew({ name: 'a', token: newToken(), ttlMs: 10_000 }))
  clock.advance(9_000)
  t.equal(await acquire('a'), undefined)
  clock.advance(1_000)
  t.notOk(await locks.renew({ name: 'a', token, ttlMs: 10_000 }))
  t.notOk(await locks.renew({ name: 'b', token, ttlMs: 10_000 }))
})

t.test('no invalidation releases a lock', async (t) => {
  const { memory, locks, acquire } = setUp()
  const { token = '' } = (await acquire('a')) ?? {}
  for (const named of [
    { all: true },
    { patterns: ['*', '*lock*', 'kept:*', '@lock:*'] },
    { keys: ['a', 'lock:a'], tags: ['a', 'lock:a'] }
  ])
    await invalidate(memory, named)
  t.equal(await acquire('a'), undefined)
  t.ok(await locks.renew({ name: 'a', token, ttlMs: 10_000 }))
})

t.test('a wait ends when the lock is released, at its time, and when it is cancelled', async (t) => {
  const { locks, acquire } = setUp()
  const { token = '' } = (await acquire('a')) ?? {}
  const waiting = acquire('a', { waitMs: 20_000 })
  await locks.release({ name: 'a', token })
  const next = await waiting
  t.ok(next)
  const startedAt = performance.now()
  t.equal(await acquire('a', { waitMs: 80 }), undefined)
  t.ok(performance.now() - startedAt >= 79)
  const source = new CancelSource()
  const cancelled = acquire('a', { waitMs: 20_000, cancel: source })
  source.cancel()
  t.equal(await cancelled, undefined)
})

t.test('what nobody waits for any more is given back', async (t) => {
  const source = new CancelSource()
  const { locks } = setUp((store) => ({
    ...store,
    invalidate: (invalidation) => {
      source.cancel()
      return store.invalidate(invalidation)
    }
  }))
  t.match(await locks.acquire({ name: 'a', ttlMs: 10_000, waitMs: 5_000 }, source), { outcome: 'held' })
  t.equal(await locks.remaining('a'), undefined)
})

t.test('one that pauses until its lease is over has not got the lock, nor a fence', async (t) => {
  let isSlow = true
  const stage = setUp((store) => ({
    ...store,
    invalidate: async (invalidation) => {
      if (isSlow) {
        isSlow = false
        stage.clock.advance(10_000)
        rival = await stage.acquire('a')
      }
      return store.invalidate(invalidation)
    }
  }))
  let rival: Awaited<ReturnType<typeof stage.acquire>>
  t.equal(await stage.acquire('a'), undefined)
  t.ok(rival)
  t.ok(await stage.locks.renew({ name: 'a', token: rival?.token ?? '', ttlMs: 1000 }), 'the other one has it')
})

t.test("without a fence there is no lock, and it is not left as nobody's", async (t) => {
  for (const invalidate of [
    async () => ({ outcome: 'pending' as const }),
    () => Promise.reject(new StoreUnavailableError('down'))
  ]) {
    const { locks, acquire } = setUp((store) => ({ ...store, invalidate }))
    await t.rejects(acquire('a'), { name: 'StoreUnavailableError' })
    await eventually(async () => (await locks.remaining('a')) === undefined)
  }
})

t.test('many who want it have it one after the other', async (t) => {
  const { locks, acquire } = setUp()
  let holders = 0
  let most = 0
  const fences: string[] = []
  const work = async (): Promise<void> => {
    const { token = '', fence = '' } = (await acquire('a', { waitMs: 20_000 })) ?? {}
    most = Math.max(most, ++holders)
    fences.push(fence)
    await new Promise(setImmediate)
    holders--
    t.ok(await locks.release({ name: 'a', token }))
  }
  await Promise.all(Array.from({ length: 50 }, work))
  t.equal(most, 1)
  t.strictSame([...new Set(fences)].sort(), fences)
})
