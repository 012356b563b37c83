import t from 'tap'
import { createUncacheableKeys } from '../../../src/cache/read/uncacheable-keys.js'
import { createClock } from '../../support/clock.js'

t.test('a key is noted for a minute', async (t) => {
  const clock = createClock()
  const uncacheable = createUncacheableKeys(clock.now)
  t.equal(uncacheable.get('a'), undefined)
  uncacheable.set('a', 'no-store')
  clock.advance(59_999)
  t.equal(uncacheable.get('a'), 'no-store')
  t.equal(uncacheable.get('b'), undefined)
  clock.advance(2)
  t.equal(uncacheable.get('a'), undefined)
})

t.test('a key that is noted again begins anew', async (t) => {
  const clock = createClock()
  const uncacheable = createUncacheableKeys(clock.now)
  uncacheable.set('a', 'no-store')
  clock.advance(30_000)
  uncacheable.set('a', 'no-store')
  clock.advance(59_999)
  t.equal(uncacheable.get('a'), 'no-store')
})

t.test('the oldest uncacheable keys make room', async (t) => {
  const uncacheable = createUncacheableKeys(() => 1)
  for (let n = 0; n < 10_000; n++) uncacheable.set(`${n}`, 'no-store')
  t.equal(uncacheable.get('0'), 'no-store')
  uncacheable.set('0', 'no-store')
  uncacheable.set('one more', 'no-store')
  t.equal(uncacheable.get('1'), undefined)
  t.equal(uncacheable.get('0'), 'no-store', 'it was noted again')
  t.equal(uncacheable.get('one more'), 'no-store')
})
