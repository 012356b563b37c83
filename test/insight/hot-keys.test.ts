import fc from 'fast-check'
import t from 'tap'
import { seededRandom } from '../../demo/origin/random.js'
import { HotKeys } from '../../src/insight/hot-keys.js'

const countsOf = (keys: readonly string[]): Map<string, number> => {
  const counts = new Map<string, number>()
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
  return counts
}

t.test('each count is too high by its error at most, and each frequent key has a place', async (t) => {
  const keys = fc.array(fc.integer({ min: 0, max: 30 }).map(String), { maxLength: 500 })
  fc.assert(
    fc.property(keys, fc.integer({ min: 1, max: 20 }), (lookups, places) => {
      const hot = new HotKeys(places)
      for (const key of lookups) hot.count(key, 'r')
      const exact = countsOf(lookups)
      const top = hot.top(places)
      const isBounded = top.length <= places && hot.total === lookups.length
      const areRight = top.every(({ key, count, error }) => {
        const real = exact.get(key) ?? 0
        return real <= count && count - error <= real
      })
      const isOrdered = top.every(({ count }, at) => count <= (top[at - 1]?.count ?? Infinity))
      const found = new Set(top.map(({ key }) => key))
      const isComplete = [...exact].every(
        ([key, count]) => count <= lookups.length / places || found.has(key)
      )
      return isBounded && areRight && isOrdered && isComplete
    }),
    { numRuns: 500 }
  )
  t.pass('500 random ones')
})

t.test('the hottest of a million keys are those of exact counts, in bounded memory', async (t) => {
  const random = seededRandom(7)
  const hot = new HotKeys(1000)
  const exact = new Map<string, number>()
  for (let lookup = 0; lookup < 2_000_000; lookup++) {
    // Zipf with exponent 1 over 1,000,000 keys: the rank is exponential in a uniform number.
    const key = `project:${Math.floor(Math.exp(random() * Math.log(1_000_001))) - 1}`
    hot.count(key, 'project')
    exact.set(key, (exact.get(key) ?? 0) + 1)
  }
  const wanted = [...exact].sort(([, one], [, other]) => other - one).slice(0, 50)
  const found = new Map(hot.top(50).map(({ key, count }) => [key, count]))
  t.ok(exact.size > 200_000, `${exact.size} different keys`)
  const missing = wanted.filter(([key]) => !found.has(key))
  t.ok(missing.length <= 1, `${50 - missing.length} of the 50 hottest`)
  for (const [key, count] of wanted.slice(0, 10)) {
    const estimate = found.get(key) ?? 0
    t.ok(estimate >= count && estimate <= 1.05 * count, `${key}: ${estimate} for ${count}`)
  }
})

t.test('a million keys, each once, leave as many places as there are', async (t) => {
  const hot = new HotKeys(1000)
  for (let key = 0; key < 1_000_000; key++) hot.count(`key:${key}`, 'r')
  t.equal(hot.top(2000).length, 1000)
  t.equal(hot.total, 1_000_000)
})
