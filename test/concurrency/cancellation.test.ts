import t from 'tap'
import { Leaver, STAYING } from '../../src/concurrency/cancellation.js'

t.test('whoever asked is told once, and who forgot is not', (t) => {
  const leaver = new Leaver()
  const told: string[] = []
  leaver.whenLeft(() => told.push('first'))
  const forget = leaver.whenLeft(() => told.push('second'))
  leaver.whenLeft(() => told.push('third'))
  forget()
  t.notOk(leaver.hasLeft)
  leaver.leave()
  leaver.leave()
  t.ok(leaver.hasLeft)
  t.same(told, ['first', 'third'])
  t.end()
})

t.test('who asks after that is told at once', (t) => {
  const leaver = new Leaver()
  leaver.leave()
  let told = 0
  leaver.whenLeft(() => told++)()
  t.equal(told, 1)
  t.end()
})

t.test('who stays never leaves', (t) => {
  STAYING.whenLeft(() => t.fail('told'))()
  t.notOk(STAYING.hasLeft)
  t.end()
})
