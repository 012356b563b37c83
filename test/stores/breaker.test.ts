import t from 'tap'
import { createBreaker } from '../../src/stores/breaker.js'

void t.test('trips at the third time-out in a row', (t) => {
  const breaker = createBreaker()
  t.strictSame([breaker.timedOut(), breaker.timedOut(), breaker.timedOut()], [false, false, true])
  t.end()
})

void t.test('starts again after an answer, and after it has tripped', (t) => {
  const breaker = createBreaker(2)
  t.notOk(breaker.timedOut())
  breaker.succeeded()
  t.strictSame([breaker.timedOut(), breaker.timedOut()], [false, true])
  t.strictSame([breaker.timedOut(), breaker.timedOut()], [false, true])
  t.end()
})
