import t from 'tap'
import { Wake } from '../../src/outbox/wake.js'

const LONG_MS = 60_000

t.test('waiting ends when it is woken, or after its time', async (t) => {
  const wake = new Wake()
  const woken = wake.untilWoken(LONG_MS)
  wake.wake()
  await woken
  await wake.untilWoken(1)
  t.pass('both have ended')
})

t.test(
  'who is woken while he does not wait does not wait the next time, and no more than once',
  async (t) => {
    const wake = new Wake()
    wake.wake()
    wake.wake()
    await wake.untilWoken(LONG_MS)
    let isOver = false
    const next = wake.untilWoken(LONG_MS).then(() => (isOver = true))
    await new Promise(setImmediate)
    t.notOk(isOver)
    wake.wake()
    await next
  }
)

t.test('a pause goes on when it is woken, and is remembered', async (t) => {
  const wake = new Wake()
  let isOver = false
  const pause = wake.pause(30).then(() => (isOver = true))
  wake.wake()
  await new Promise(setImmediate)
  t.notOk(isOver)
  await pause
  await wake.untilWoken(LONG_MS)
})

t.test('when it is finished, nobody waits any more', async (t) => {
  const wake = new Wake()
  const waiting = [wake.pause(LONG_MS)]
  wake.finish()
  await Promise.all([...waiting, wake.untilWoken(LONG_MS), wake.pause(LONG_MS)])
  t.pass('all have ended')
})
