import t from 'tap'
import { createUncacheableKeys } from '../../../src/cache/read/uncacheable-keys.js'
import { createClock } from '../../support/clock.js'

t.test('a mark lasts for a minute', async (t) => {
  const clock = createClock()
  const uncacheable = createUncacheableKeys(clock.now)
  t.equal(uncacheable.reasonFor('a'), undefined)
  uncacheable.add('a', 'no-store')
  clock.advance(59_999)
  t.equal(uncacheable.reasonFor('a'), 'no-store')
  t.equal(uncacheable.reasonFor('b'), undefined)
  clock.advance(1)
  t.equal(uncacheable.reasonFor('a'), undefined)
})

t.test('a key that is marked again begins anew', async (t) => {
  const clock = createClock()
  const uncacheable = createUncacheableKeys(clock.now)
  uncacheable.add('a', 'no-store')
  clock.advance(30_000)
  uncacheable.add('a', 'no-store')
  clock.advance(59_999)
  t.equal(uncacheable.reasonFor('a'), 'no-store')
})

t.test('a mark that was made before a step back of the clock is over', async (t) => {
  const clock = createClock()
  const uncacheable = createUncacheableKeys(clock.now)
  uncacheable.add('a', 'no-store')
  clock.advance(-3_600_000)
  t.equal(uncacheable.reasonFor('a'), undefined, 'it would last for an hour and a minute')
  uncacheable.add('a', 'no-store')
  t.equal(uncacheable.reasonFor('a'), 'no-store')
})

t.test('the oldest uncacheable keys make room', async (t) => {
  const uncacheable = createUncacheableKeys(() => 0)
  for (let n = 0; n < 10_000; n++) uncacheable.add(`${n}`, 'no-store')
  t.equal(uncacheable.reasonFor('0'), 'no-store')
  uncacheable.add('0', 'no-store')
  uncacheable.add('one more', 'no-store')
  t.equal(uncacheable.reasonFor('1'), undefined)
  t.equal(uncacheable.reasonFor('0'), 'no-store', 'it was marked again')
  t.equal(uncacheable.reasonFor('one more'), 'no-store')
})
