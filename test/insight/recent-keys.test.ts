import t from 'tap'
import { GENERATION_MS, RecentKeys } from '../../src/insight/recent-keys.js'

t.test('what was hot is forgotten after a generation', async (t) => {
  const clock = { now: 0 }
  const hot = new RecentKeys(() => clock.now)
  const countsOf = () => hot.top(10).keys.map(({ key, count }) => `${key} ${count}`)
  for (const key of ['a', 'a', 'b']) hot.open.count(key, 'r')
  clock.now = GENERATION_MS
  hot.advance()
  for (const key of ['b', 'b', 'c']) hot.open.count(key, 'r')
  t.strictSame(countsOf(), ['b 3', 'a 2', 'c 1'])
  t.match(hot.top(10), { total: 6, ms: GENERATION_MS })
  clock.now = 2 * GENERATION_MS
  hot.advance()
  t.strictSame(countsOf(), ['b 2', 'c 1'])
  t.match(hot.top(1), { total: 3, ms: GENERATION_MS })
})
