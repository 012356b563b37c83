import t from 'tap'
import { createLogger } from '../../src/telemetry/logger.js'
import { createOutboxLog } from '../../src/telemetry/outbox-log.js'
import { createClock } from '../support/clock.js'
import { collectLines } from '../support/log-lines.js'

const createObserver = (level: string) => {
  const clock = createClock()
  const { destination, lines } = collectLines()
  return {
    clock,
    lines,
    observer: createOutboxLog({ log: createLogger({ level, destination }), now: clock.now })
  }
}

t.test('a transition is one line, and so is another reason why it stays unread', async (t) => {
  const { clock, lines, observer } = createObserver('info')
  const fail = (kind: 'unreachable' | 'credentials' | 'pending'): void =>
    observer.outboxFailed({ kind, reason: `is ${kind}` })
  observer.outboxChanged({ state: 'up', wokenBy: 'notification' })
  fail('pending')
  fail('unreachable')
  observer.outboxChanged({ state: 'down', kind: 'unreachable', reason: 'is unreachable' })
  for (let n = 0; n < 5; n++) fail('unreachable')
  fail('credentials')
  fail('credentials')
  clock.advance(60_000)
  observer.outboxChanged({ state: 'up', wokenBy: 'poll' })
  t.match(lines, [
    { level: 'info', msg: 'The outbox is read', wokenBy: 'notification' },
    { level: 'warn', msg: /^The outbox is not read/, kind: 'unreachable', hint: /OUTBOX_URL/ },
    {
      level: 'warn',
      msg: /^The outbox stays unread/,
      kind: 'credentials',
      reason: 'is credentials',
      hint: /user/
    },
    { level: 'warn', msg: 'The outbox is read again', wokenBy: 'poll', hint: /Nothing to do/ }
  ])
  t.equal(lines.length, 4)
})

t.test('rows are told at debug, and those that cannot be read at warn, but not each of them', async (t) => {
  const { lines, observer } = createObserver('debug')
  observer.outboxTaken({ delaysMs: [1, 3, 2] })
  for (const id of ['1', '2', '3']) observer.outboxRowUnreadable({ id, reason: 'tags[0] must not be empty' })
  t.match(lines, [
    { level: 'debug', rows: 3, longestMs: 3 },
    { level: 'warn', id: '1', reason: 'tags[0] must not be empty', hint: /what writes such rows/ }
  ])
  t.equal(lines.length, 2)
})
