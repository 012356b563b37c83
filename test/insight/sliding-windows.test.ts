import fc from 'fast-check'
import t from 'tap'
import { SLOT_MS, SlidingWindows, type Summable, WINDOWS } from '../../src/insight/sliding-windows.js'

class Count implements Summable<Count> {
  count = 0

  add({ count }: Count): void {
    this.count += count
  }
}

const LENGTHS_MS = { '1m': 60_000, '15m': 900_000, '24h': 86_400_000 }
const SLOTS_MS = { '1m': 5000, '15m': 60_000, '24h': 3_600_000 }

const openWindows = (startedAt = 0) => {
  const clock = { now: startedAt }
  return { clock, windows: new SlidingWindows({ create: () => new Count(), elapsed: () => clock.now }) }
}

t.test('a window has all of its time, but for a part of its oldest slot', async (t) => {
  const pauses = fc.oneof(
    fc.integer({ min: 0, max: 3000 }),
    fc.integer({ min: 0, max: 100_000 }),
    fc.integer({ min: 0, max: 40_000_000 })
  )
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 10_000_000 }),
      fc.array(pauses, { maxLength: 60 }),
      (startedAt, all) => {
        const { clock, windows } = openWindows(startedAt)
        const times: number[] = []
        for (const pause of all) {
          clock.now += pause
          windows.advance()
          windows.open.count++
          times.push(clock.now)
        }
        return WINDOWS.every((window) => {
          const { sum, ms } = windows.over(window)
          const least = times.filter((at) => at > clock.now - LENGTHS_MS[window] + SLOTS_MS[window]).length
          const most = times.filter((at) => at > clock.now - LENGTHS_MS[window]).length
          return sum.count >= least && sum.count <= most && ms <= LENGTHS_MS[window]
        })
      }
    ),
    { numRuns: 500 }
  )
  t.pass('500 random ones')
})

t.test('a window is no longer than the time since the start', async (t) => {
  const { clock, windows } = openWindows(1234)
  clock.now += 7000
  t.equal(windows.over('15m').ms, 7000)
  clock.now += 3_600_000
  t.ok(windows.over('15m').ms <= 900_000)
  t.ok(windows.over('15m').ms > 840_000)
})

t.test('what is read is a copy', async (t) => {
  const { windows } = openWindows()
  windows.open.count = 1
  windows.over('1m').sum.count = 5
  t.equal(windows.over('1m').sum.count, 1)
})

t.test('what is counted while nobody advances counts as of the slot that was open', async (t) => {
  const { clock, windows } = openWindows()
  clock.now = 20 * SLOT_MS
  windows.open.count++
  t.equal(windows.over('1m').sum.count, 0)
  t.equal(windows.over('15m').sum.count, 1)
})
