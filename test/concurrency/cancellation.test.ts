import t from 'tap'
import { CancelSource, NEVER } from '../../src/concurrency/cancellation.js'

t.test('whoever asked is told once, and who forgot is not', (t) => {
  const source = new CancelSource()
  const told: string[] = []
  source.onCancel(() => told.push('first'))
  const forget = source.onCancel(() => told.push('second'))
  source.onCancel(() => told.push('third'))
  forget()
  t.notOk(source.isCancelled)
  source.cancel()
  source.cancel()
  t.ok(source.isCancelled)
  t.same(told, ['first', 'third'])
  t.end()
})

t.test('who asks after that is told at once', (t) => {
  const source = new CancelSource()
  source.cancel()
  let told = 0
  source.onCancel(() => told++)()
  t.equal(told, 1)
  t.end()
})

t.test('who stays never leaves', (t) => {
  NEVER.onCancel(() => t.fail('told'))()
  t.notOk(NEVER.isCancelled)
  t.end()
})
