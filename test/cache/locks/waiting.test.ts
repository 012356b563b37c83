import t from 'tap'
import { Waiting } from '../../../src/cache/locks/waiting.js'
import { CancelSource, NEVER } from '../../../src/concurrency/cancellation.js'

const setUp = () => {
  const timers: { readonly ms: number; readonly run: () => void }[] = []
  const waiting = new Waiting({
    elapsed: () => 0,
    after: (ms, run) => {
      const timer = { ms, run }
      timers.push(timer)
      return () => timers.splice(timers.indexOf(timer), 1)
    }
  })
  return { waiting, timers }
}

t.test('pauses grow up to a bound, and never go beyond the end of the wait', async (t) => {
  const { waiting, timers } = setUp()
  for (let number = 0; number < 20; number++) void waiting.pause('a', number, { mostMs: 1e9, cancel: NEVER })
  void waiting.pause('a', 20, { mostMs: 3, cancel: NEVER })
  const pauses = timers.map(({ ms }) => ms)
  t.ok(pauses[0] !== undefined && pauses[0] >= 10 && pauses[0] <= 20)
  t.ok(pauses.slice(0, 20).every((ms) => ms <= 200))
  t.ok(pauses.slice(5, 20).every((ms) => ms >= 100))
  t.equal(pauses[20], 3)
})

t.test('who waits first is woken first, of that name only, and no timer is left', async (t) => {
  const { waiting, timers } = setUp()
  const woken: string[] = []
  const wait = (who: string, name: string) =>
    waiting.pause(name, 0, { mostMs: 100, cancel: NEVER }).then(() => woken.push(who))
  const all = [wait('first', 'a'), wait('second', 'a'), wait('other', 'b')]
  waiting.wake('none')
  waiting.wake('a')
  await all[0]
  t.strictSame(woken, ['first'])
  waiting.wake('a')
  waiting.wake('a')
  await all[1]
  for (const { run } of [...timers]) run()
  await all[2]
  t.strictSame(woken, ['first', 'second', 'other'])
  t.strictSame(timers, [])
})

t.test('a wait ends when it is cancelled, also before it has begun', async (t) => {
  const { waiting, timers } = setUp()
  const source = new CancelSource()
  const pause = waiting.pause('a', 0, { mostMs: 100, cancel: source })
  source.cancel()
  await pause
  await waiting.pause('a', 0, { mostMs: 100, cancel: source })
  t.strictSame(timers, [])
})

t.test('so many may wait', async (t) => {
  const { waiting, timers } = setUp()
  for (let at = 0; at < 199; at++) void waiting.pause(`${at}`, 0, { mostMs: 100, cancel: NEVER })
  t.notOk(waiting.isFull)
  const last = waiting.pause('last', 0, { mostMs: 100, cancel: NEVER })
  t.ok(waiting.isFull)
  timers.at(-1)?.run()
  await last
  t.notOk(waiting.isFull)
})
