import t from 'tap'
import { Breaker } from '../../src/stores/breaker.js'

void t.test('trips at the third time-out since the last answer', (t) => {
  const breaker = new Breaker()
  const atOnce = () => [breaker.timedOut(false, 0), breaker.timedOut(false, 0), breaker.timedOut(false, 0)]
  t.strictSame(atOnce(), [false, false, true])
  t.strictSame(atOnce(), [false, false, true], 'and starts again')
  t.end()
})

void t.test('an answer forgets the time-outs before it', (t) => {
  const breaker = new Breaker()
  breaker.timedOut(false, 0)
  breaker.timedOut(false, 0)
  t.ok(breaker.isCounting, 'which it tells, so that it need not be told of every answer')
  breaker.succeeded()
  t.notOk(breaker.isCounting)
  t.notOk(breaker.timedOut(false, 2000))
  t.end()
})

void t.test('time-outs of a busy process trip it only when nothing is answered for a second', (t) => {
  const breaker = new Breaker()
  for (const now of [0, 100, 200, 999]) t.notOk(breaker.timedOut(true, now))
  t.ok(breaker.timedOut(true, 1000))
  t.end()
})
