import t from 'tap'
import { CancelSource, NEVER } from '../../src/concurrency/cancellation.js'

t.test('whoever asked is told once, and who forgot is not', (t) => {
  const leaver = new CancelSource()
  const told: string[] = []
  leaver.onCancel(() => told.push('first'))
  const forget = leaver.onCancel(() => told.push('second'))
  leaver.onCancel(() => told.push('third'))
  forget()
  t.notOk(leaver.isCancelled)
  leaver.cancel()
  leaver.cancel()
  t.ok(leaver.isCancelled)
  t.same(told, ['first', 'third'])
  t.end()
})

t.test('who asks after that is told at once', (t) => {
  const leaver = new CancelSource()
  leaver.cancel()
  let told = 0
  leaver.onCancel(() => told++)()
  t.equal(told, 1)
  t.end()
})

t.test('who stays never leaves', (t) => {
  NEVER.onCancel(() => t.fail('told'))()
  t.notOk(NEVER.isCancelled)
  t.end()
})
