import t from 'tap'
import { median, percentile, summarise } from '../../../bench/load/statistics.js'

t.test('a percentile is the value of the nearest rank', async (t) => {
  const values = Array.from({ length: 1000 }, (_, at) => 1000 - at)
  t.equal(percentile(values, 0.5), 500)
  t.equal(percentile(values, 0.99), 990)
  t.equal(percentile(values, 0.999), 999)
  t.equal(percentile(values, 1), 1000)
  t.equal(percentile([3], 0.99), 3)
})

t.test('the median of an even number lies between the two in the middle', async (t) => {
  t.equal(median([9, 1, 4]), 4)
  t.equal(median([9, 1, 4, 6]), 5)
})

t.test('nothing has no percentile and no median', async (t) => {
  t.ok(Number.isNaN(percentile([], 0.5)))
  t.ok(Number.isNaN(median([])))
})

t.test('rounds come to their median, least and greatest', async (t) => {
  const rounds = [30, 10, 20]
  t.strictSame(summarise(rounds), { median: 20, min: 10, max: 30 })
  t.strictSame(rounds, [30, 10, 20], 'and stay as they were')
})
