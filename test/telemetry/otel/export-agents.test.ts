import t, { type Test } from 'tap'
import { TraceExport } from '../../../src/telemetry/otel/exports.js'
import { type Behaviour, startCollector, takes } from '../../support/collector.js'
import { eventually } from '../../support/eventually.js'

const TIMEOUT_MS = 300

type Ended = Error | 'taken'

const openExport = async (t: Test, behaviour: Behaviour) => {
  const collector = await startCollector(t, behaviour)
  const ends: Ended[] = []
  // Of an address whose exports the collector does not read: they are empty.
  const exporter = new TraceExport(`${collector.url}/v1/none`, {
    headers: {},
    timeoutMs: TIMEOUT_MS,
    ca: undefined,
    ended: (_signal, error) => ends.push(error ?? 'taken')
  })
  t.teardown(() => exporter.shutdown())
  return { collector, ends, send: () => exporter.export([], () => undefined) }
}

/** Answers at once that it wants to be asked again at once, when so much of the time for the export is left. */
const openLate = async (t: Test, leftMs: number) => {
  const startedAt = Date.now()
  let now = startedAt
  t.intercept(Date, 'now', { value: () => now })
  const stage = await openExport(t, (response) => {
    now = startedAt + TIMEOUT_MS - leftMs
    stage.collector.behaviour = () => undefined
    response.writeHead(429, { 'retry-after': '0' }).end()
  })
  return stage
}

t.test(
  'the process outlives a repetition for which no time is left, and whose connection breaks',
  async (t) => {
    const { collector, ends, send } = await openLate(t, -1)
    const uncaught: unknown[] = []
    const listener = (error: unknown) => uncaught.push(error)
    process.on('uncaughtExceptionMonitor', listener)
    t.teardown(() => process.off('uncaughtExceptionMonitor', listener))
    send()
    await eventually(() => ends.length === 1)
    t.match(ends, [Error])
    t.equal(collector.requests.length, 1, 'the repetition was never sent whole')
    collector.requests[0]?.socket.destroy()
    await new Promise((wake) => setTimeout(wake, TIMEOUT_MS))
    t.strictSame(uncaught, [])
  }
)

t.test('a repetition with 0 ms left is not waited for without end', async (t) => {
  const { collector, ends, send } = await openLate(t, 0)
  send()
  await new Promise((wake) => setTimeout(wake, 3 * TIMEOUT_MS))
  t.match(ends, [{ message: `no whole answer within ${TIMEOUT_MS} ms` }])
  t.equal(collector.requests.length, 2)
})

t.test('answers without end hold no place for ever', async (t) => {
  const { collector, ends, send } = await openExport(t, (response) => {
    response.writeHead(200)
    const timer = setInterval(() => response.write('a'), 20)
    response.once('close', () => clearInterval(timer))
  })
  for (let count = 0; count < 3; count++) send()
  await new Promise((wake) => setTimeout(wake, 3 * TIMEOUT_MS))
  collector.behaviour = takes
  send()
  await eventually(() => ends.length === 4)
  t.equal(ends.at(-1), 'taken')
})
