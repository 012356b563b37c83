import t from 'tap'
import type { StoreStats } from '../../src/cache/store.js'
import { withinLimit } from '../../src/telemetry/store-stats.js'

const stats: StoreStats = {
  kind: 'memory',
  state: 'up',
  entries: 1,
  usedBytes: 10,
  maxBytes: 100,
  pendingInvalidations: 0
}

t.test('gives what the store gives', async (t) => {
  t.strictSame(await withinLimit(async () => stats)(), stats)
})

t.test('a store that fails gives nothing', async (t) => {
  t.equal(await withinLimit(() => Promise.reject(new Error('down')))(), undefined)
})

t.test('a store that hangs gives nothing in time and is asked once only', async (t) => {
  let asked = 0
  let answer: (stats: StoreStats) => void = () => undefined
  const read = withinLimit(() => {
    asked++
    return new Promise((resolve) => (answer = resolve))
  }, 20)
  t.strictSame(await Promise.all([read(), read()]), [undefined, undefined])
  const late = read()
  t.equal(asked, 1)
  answer(stats)
  t.strictSame(await late, stats)
  void read()
  t.equal(asked, 2, 'asked anew after an answer')
  answer(stats)
})
