import t from 'tap'
import { createUncacheableKeys } from '../../../src/cache/read/uncacheable-keys.js'
import { createClock } from '../../support/clock.js'

t.test('a mark lasts for a minute', async (t) => {
  const clock = createClock()
  const uncacheable = createUncacheableKeys(clock.now)
  t.equal(uncacheable.has('a'), false)
  uncacheable.add('a')
  clock.advance(59_999)
  t.equal(uncacheable.has('a'), true)
  t.equal(uncacheable.has('b'), false)
  clock.advance(1)
  t.equal(uncacheable.has('a'), false)
})

t.test('a key that is marked again begins anew', async (t) => {
  const clock = createClock()
  const uncacheable = createUncacheableKeys(clock.now)
  uncacheable.add('a')
  clock.advance(30_000)
  uncacheable.add('a')
  clock.advance(59_999)
  t.equal(uncacheable.has('a'), true)
})

t.test('a mark that was made before a step back of the clock is over', async (t) => {
  const clock = createClock()
  const uncacheable = createUncacheableKeys(clock.now)
  uncacheable.add('a')
  clock.advance(-3_600_000)
  t.equal(uncacheable.has('a'), false, 'it would last for an hour and a minute')
  uncacheable.add('a')
  t.equal(uncacheable.has('a'), true)
})

t.test('the oldest uncacheable keys make room', async (t) => {
  const uncacheable = createUncacheableKeys(() => 0)
  for (let n = 0; n < 10_000; n++) uncacheable.add(`${n}`)
  t.equal(uncacheable.has('0'), true)
  uncacheable.add('0')
  uncacheable.add('one more')
  t.equal(uncacheable.has('1'), false)
  t.equal(uncacheable.has('0'), true, 'it was marked again')
  t.equal(uncacheable.has('one more'), true)
})
