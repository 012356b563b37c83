import t from 'tap'
import { createMarks } from '../../../src/cache/read/uncacheable-keys.js'
import { createClock } from '../../support/clock.js'

t.test('a mark lasts for a minute', async (t) => {
  const clock = createClock()
  const marks = createMarks(clock.now)
  t.equal(marks.has('a'), false)
  marks.add('a')
  clock.advance(59_999)
  t.equal(marks.has('a'), true)
  t.equal(marks.has('b'), false)
  clock.advance(1)
  t.equal(marks.has('a'), false)
})

t.test('a key that is marked again begins anew', async (t) => {
  const clock = createClock()
  const marks = createMarks(clock.now)
  marks.add('a')
  clock.advance(30_000)
  marks.add('a')
  clock.advance(59_999)
  t.equal(marks.has('a'), true)
})

t.test('a mark that was made before a step back of the clock is over', async (t) => {
  const clock = createClock()
  const marks = createMarks(clock.now)
  marks.add('a')
  clock.advance(-3_600_000)
  t.equal(marks.has('a'), false, 'it would last for an hour and a minute')
  marks.add('a')
  t.equal(marks.has('a'), true)
})

t.test('the oldest marks make room', async (t) => {
  const marks = createMarks(() => 0)
  for (let n = 0; n < 10_000; n++) marks.add(`${n}`)
  t.equal(marks.has('0'), true)
  marks.add('0')
  marks.add('one more')
  t.equal(marks.has('1'), false)
  t.equal(marks.has('0'), true, 'it was marked again')
  t.equal(marks.has('one more'), true)
})
