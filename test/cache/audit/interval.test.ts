import t from 'tap'
import { shareInterval } from '../../../src/cache/audit/interval.js'

t.test('intervals are those of the literature', async (t) => {
  // R: prop.test(10, 100, correct = FALSE), and with 0 and 3 of 20.
  for (const [found, of, low, high] of [
    [10, 100, 0.0552, 0.1744],
    [0, 20, 0, 0.1611],
    [3, 20, 0.0524, 0.3604],
    [20, 20, 0.8389, 1]
  ] as const) {
    const interval = shareInterval(found, of)
    t.equal(interval.low.toFixed(4), low.toFixed(4))
    t.equal(interval.high.toFixed(4), high.toFixed(4))
  }
  t.strictSame(shareInterval(0, 0), { low: 0, high: 1 })
})
