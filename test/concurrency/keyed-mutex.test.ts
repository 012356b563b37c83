import t from 'tap'
import { createKeyedMutex } from '../../src/concurrency/keyed-mutex.js'
import { createGate, settle } from '../cache/fixtures.js'

t.test('the tasks of one key run one after another, in order', async (t) => {
  const inTurn = createKeyedMutex()
  const gate = createGate()
  const done: string[] = []
  const first = inTurn('a', async () => {
    await gate.opened
    return done.push('first')
  })
  const second = inTurn('a', async () => done.push('second'))
  const third = inTurn('a', async () => done.push('third'))
  await settle()
  t.same(done, [])
  gate.open()
  t.same(await Promise.all([first, second, third]), [1, 2, 3])
  t.same(done, ['first', 'second', 'third'])
})

t.test('other keys do not wait', async (t) => {
  const inTurn = createKeyedMutex()
  const gate = createGate()
  const waiting = inTurn('a', () => gate.opened)
  t.equal(await inTurn('b', async () => 'b'), 'b')
  gate.open()
  await waiting
})

t.test('a task that fails fails for its own caller only', async (t) => {
  const inTurn = createKeyedMutex()
  const failing = inTurn('a', () => Promise.reject(new Error('no')))
  const next = inTurn('a', async () => 'next')
  await t.rejects(failing, { message: 'no' })
  t.equal(await next, 'next')
  t.equal(await inTurn('a', async () => 'later'), 'later')
})
