import { mock } from 'node:test'
import { pino } from 'pino'
import t from 'tap'
import { createLogLevel } from '../../src/telemetry/log-level.js'

const create = () => {
  const lines: string[] = []
  const root = pino({ level: 'info' }, { write: (line) => lines.push(line) })
  const logLevel = createLogLevel({ log: root, now: Date.now })
  const child = logLevel.child({ door: 'proxy' })
  const say = () => {
    root.debug('root')
    child.debug('child')
    return lines.splice(0).length
  }
  return { logLevel, say }
}

t.before(() => {
  mock.timers.enable({ apis: ['setTimeout', 'Date'] })
})

t.test('a level holds for its time, for every logger, and is then what it was', async (t) => {
  const { logLevel, say } = create()
  t.equal(say(), 0)
  t.strictSame(logLevel.state(), { level: 'info' })
  const { level, until } = logLevel.change('debug', 10)
  t.equal(level, 'debug')
  t.equal(until, new Date(Date.now() + 10_000).toISOString())
  t.equal(say(), 2)
  mock.timers.tick(9_999)
  t.equal(say(), 2)
  mock.timers.tick(1)
  t.equal(say(), 0)
  t.strictSame(logLevel.state(), { level: 'info' })
})

t.test('a later change counts, and the end of an earlier one does not end it', async (t) => {
  const { logLevel, say } = create()
  logLevel.change('debug', 10)
  mock.timers.tick(5_000)
  logLevel.change('trace', 10)
  mock.timers.tick(9_000)
  t.equal(logLevel.state().level, 'trace')
  t.equal(say(), 2)
  mock.timers.tick(1_000)
  t.equal(say(), 0)
})
