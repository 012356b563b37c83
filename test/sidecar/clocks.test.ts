import { randomEpoch } from '../../src/cache/position.js'
import t from 'tap'
import { hitStatus } from '../../src/http/cache-status.js'
import { ttlSeconds } from '../../src/cache/entry.js'
import { clockOf, createSteadyClock, steadyNow } from '../../src/sidecar/clocks.js'
import { createMemoryStore } from '../../src/stores/memory/memory-store.js'
import { entryOf, put, readable } from '../stores/fixtures.js'
import { createClock } from '../support/clock.js'

const HOUR = 3_600_000

const start = () => {
  const wall = createClock()
  const monotonic = createClock(5000)
  const now = createSteadyClock(wall.now, monotonic.now)
  return {
    now,
    wall,
    /** Time goes by for both. */
    pass: (ms: number) => {
      wall.advance(ms)
      monotonic.advance(ms)
    }
  }
}

t.test('begins as the wall clock, counts with it, and does not step back with it', async (t) => {
  const { now, wall, pass } = start()
  const begin = wall.now()
  t.equal(now(), begin)
  pass(1000)
  t.equal(now(), begin + 1000)
  wall.advance(-HOUR)
  t.equal(now(), begin + 1000)
  pass(1000)
  t.equal(now(), begin + 2000)
})

t.test('follows a step forward: the machine has slept', async (t) => {
  const { now, wall } = start()
  const begin = now()
  wall.advance(HOUR)
  t.equal(now(), begin + HOUR)
})

t.test('is in whole milliseconds near the wall clock', async (t) => {
  t.ok(Number.isInteger(steadyNow()))
  t.ok(Math.abs(steadyNow() - Date.now()) < 1000)
})

t.test(
  'by it an entry in memory lives for its time to live, when the wall clock steps back too',
  async (t) => {
    const { now, wall, pass } = start()
    const store = createMemoryStore({ maxBytes: 1_000_000, now, randomEpoch })
    const entry = entryOf('', { generatedAt: now(), freshUntil: now() + 300_000 })
    await put(store, { storeKey: 'a', entry })
    pass(1000)
    wall.advance(-HOUR)
    t.equal(hitStatus(ttlSeconds(entry, now())), 'spms; hit; ttl=299')
    pass(298_999)
    t.strictSame(await readable(store, 'a'), ['a'])
    pass(1)
    t.strictSame(await readable(store, 'a'), [])
  }
)

t.test('what Redis shares goes by the wall clock, what is in memory by the steady one', async (t) => {
  t.equal(clockOf('memory'), steadyNow)
  t.equal(clockOf('redis'), Date.now)
})
