import t from 'tap'
import { atMost, below, exactly } from '../../../bench/load/targets.js'

t.test('a limit is for the median of the rounds', async (t) => {
  t.strictSame(below('p99', { limit: 5 }, [4, 1, 9]), {
    what: 'p99',
    aim: 'below 5',
    measured: { median: 4, min: 1, max: 9 },
    isReached: true
  })
  t.equal(below('p99', { limit: 5 }, [5, 5, 5]).isReached, false)
  t.equal(below('p99', { limit: 5 }, []).isReached, false, 'what was not measured is not reached')
  t.equal(below('p99', { limit: 5, aim: 'quick' }, [1]).aim, 'quick')
})

t.test('a median may be as great as its limit', async (t) => {
  const measured = { median: 1.25, min: 1, max: 2 }
  t.strictSame(atMost('ratio', 1.25, measured), {
    what: 'ratio',
    aim: 'at most 1.25',
    measured,
    isReached: true
  })
  t.equal(atMost('ratio', 1.2, measured).isReached, false)
  t.equal(
    atMost('ratio', 1.2, { ...measured, median: NaN }).isReached,
    false,
    'what was not measured is not reached'
  )
})

t.test('a count is for every round', async (t) => {
  t.strictSame(exactly('failures', 0, [0, 0]), { what: 'failures', aim: '0', measured: 0, isReached: true })
  t.strictSame(exactly('failures', 0, [0, 2]), { what: 'failures', aim: '0', measured: 2, isReached: false })
})
