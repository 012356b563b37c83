import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { OutboxReader } from '../../src/outbox/reader.js'
import { createRecorder } from '../stores/observer.js'
import { eventually } from '../support/eventually.js'
import { createReader, startReader, tagsOf } from './readers.js'
import { openOutbox } from './stage.js'

const stage = await openOutbox(t)
const { url } = stage
const isEmpty = async (): Promise<boolean> => (await stage.waiting()) === 0

t.test('a committed row is invalidated within tens of milliseconds, and then it is gone', async (t) => {
  const reader = await startReader(t, { url })
  const times: number[] = []
  for (let n = 0; n < 20; n++) {
    const writtenAt = performance.now()
    await stage.write([{ tags: [`project:${n}`] }])
    await eventually(() => reader.invalidated.length > n, { intervalMs: 1 })
    times.push(performance.now() - writtenAt)
  }
  await eventually(isEmpty)
  const median = times.toSorted((a, b) => a - b)[10] ?? NaN
  t.comment(`from the statement to its invalidation: ${median.toFixed(1)} ms`)
  t.ok(median < 200, `${median} ms; the poll is a minute away`)
  t.strictSame(
    tagsOf(reader),
    Array.from({ length: 20 }, (_, n) => `project:${n}`)
  )
  t.match(reader.told.outboxChanged, [{ state: 'up', wokenBy: 'notification' }])
})

t.test('rows of which nobody was notified are found by the poll', async (t) => {
  const reader = await startReader(t, { url, pollMs: 50 })
  await stage.write([{ tags: ['a'] }], { isTold: false })
  await eventually(() => tagsOf(reader).includes('a'), { timeoutMs: 2000 })
})

t.test('rows that were there before the reader are taken at its start', async (t) => {
  await stage.write([{ tags: ['before'] }])
  const reader = await startReader(t, { url })
  await eventually(() => tagsOf(reader).includes('before'), { timeoutMs: 2000 })
})

t.test('a row is deleted once its invalidation has been acknowledged, and no sooner', async (t) => {
  const reader = await startReader(t, { url })
  reader.hold()
  await stage.write([{ tags: ['held'] }])
  await eventually(() => reader.invalidated.length === 1)
  await delay(100)
  t.equal(await stage.waiting(), 1)
  const other = await startReader(t, { url, pollMs: 50 })
  await stage.write([{ tags: ['another'] }])
  await eventually(() => tagsOf(other).includes('another'))
  t.strictSame(tagsOf(other), ['another'], 'a row that is held is nobody else’s')
  reader.go()
  await eventually(isEmpty)
  t.strictSame(tagsOf(reader), ['held'])
})

t.test('what the store does not take waits in the outbox, and is taken again', async (t) => {
  const reader = await startReader(t, { url })
  reader.refuse()
  await stage.write([{ tags: ['waits'] }])
  await eventually(() => reader.invalidated.length > 1)
  t.equal(await stage.waiting(), 1)
  t.match(reader.told.outboxFailed, [{ kind: 'pending' }])
  t.equal(reader.told.outboxChanged.length, 1, 'the outbox itself is not down')
  t.strictSame(reader.told.outboxTaken, [])
  reader.go()
  await eventually(isEmpty)
  t.match(reader.told.outboxTaken, [{ delaysMs: [Number] }])
})

t.test('a connection that is lost before the commit brings the rows back', async (t) => {
  const reader = await startReader(t, { url, pollMs: 50 })
  reader.hold()
  await stage.write([{ tags: ['twice'] }])
  await eventually(() => reader.invalidated.length === 1)
  await stage.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'reader'`)
  reader.go()
  await eventually(isEmpty)
  t.strictSame(tagsOf(reader), ['twice', 'twice'])
  t.match(reader.told.outboxFailed, [{ kind: /^(restarting|closed)$/ }])
  t.match(
    reader.told.outboxChanged.map(({ state }) => state),
    ['up', 'down', 'up']
  )
})

t.test(
  'a transaction that is long open holds back nobody else’s rows, and its own come with its commit',
  async (t) => {
    const reader = await startReader(t, { url })
    const long = await stage.connect()
    await long.query('BEGIN')
    await long.query(`INSERT INTO spms_cache_outbox (tags) VALUES ('{long}')`)
    await stage.write([{ tags: ['short'] }])
    await eventually(() => tagsOf(reader).includes('short'), { timeoutMs: 2000 })
    await eventually(isEmpty)
    await long.query(`NOTIFY spms_cache_outbox`)
    await long.query('COMMIT')
    await eventually(() => tagsOf(reader).includes('long'), { timeoutMs: 2000 })
  }
)

t.test('what was rolled back is not invalidated', async (t) => {
  const reader = await startReader(t, { url })
  const writer = await stage.connect()
  await writer.query('BEGIN')
  await writer.query(`INSERT INTO spms_cache_outbox (tags) VALUES ('{undone}')`)
  await writer.query('ROLLBACK')
  await stage.write([{ tags: ['done'] }])
  await eventually(isEmpty)
  t.strictSame(tagsOf(reader), ['done'])
})

t.test('several readers share the rows: each row is taken once', async (t) => {
  const count = 10_000
  const first = createReader({ url })
  const second = createReader({ url })
  const names = Array.from({ length: count }, (_, n) => `shared:${n}`)
  await stage.write(names.map((name) => ({ tags: [name] })))
  for (const reader of [first, second]) {
    reader.start()
    t.teardown(() => reader.stop())
  }
  await eventually(isEmpty, { timeoutMs: 30_000 })
  const taken = [tagsOf(first), tagsOf(second)]
  t.comment(`shared as ${taken.map(({ length }) => length).join(' and ')}`)
  for (const { length } of taken) t.ok(length > 0)
  t.strictSame(taken.flat().toSorted(), names.toSorted())
})

t.test('rows that cannot be read invalidate everything, and do not stop those behind them', async (t) => {
  const reader = await startReader(t, { url })
  await stage.query(
    `INSERT INTO spms_cache_outbox (tags) VALUES ('{"with space"}'), ('{NULL}'), ('{{a,b},{c,d}}'), (ARRAY[repeat('x', 700000)])`
  )
  await stage.write([{ tags: ['behind'] }])
  await eventually(isEmpty)
  t.ok(reader.invalidated.some(({ all }) => all))
  t.strictSame(
    reader.told.outboxRowUnreadable.map(({ reason }) => reason),
    [
      'tags[0] must not contain spaces or control characters',
      'tags[0] must be a text',
      'tags[0] must be a text',
      'tags is more than is read'
    ]
  )
  await stage.write([{ tags: ['after'] }])
  await eventually(() => tagsOf(reader).includes('after'))
})

t.test('rows that wait are counted, seldom, and no further than is worth it', async (t) => {
  await stage.write(Array.from({ length: 10_050 }, () => ({ tags: ['waiting'] })))
  const reader = createReader({ url, pollMs: 50 })
  reader.refuse()
  reader.start()
  t.teardown(() => reader.stop())
  await eventually(() => reader.told.outboxCounted.length > 0)
  await eventually(() => reader.invalidated.length > 3)
  t.match(reader.told.outboxCounted, [{ rows: 10_000, oldestMs: Number }])
  t.equal(reader.told.outboxCounted.length, 1)
  reader.go()
  await eventually(isEmpty, { timeoutMs: 20_000 })
})

t.test(
  'stopped in the middle of a transaction, it ends in a bounded time and the rows are there',
  async (t) => {
    const reader = await startReader(t, { url, pollMs: 50 })
    reader.hold()
    await stage.write([{ tags: ['left'] }])
    await eventually(() => reader.invalidated.length === 1)
    const stoppedAt = performance.now()
    await reader.stop()
    t.ok(performance.now() - stoppedAt < 2000)
    const next = await startReader(t, { url })
    await eventually(() => tagsOf(next).includes('left'), { timeoutMs: 2000 })
    reader.go()
  }
)

t.test('notifications without an end do not keep the database busy', async (t) => {
  let takes = 0
  let notify = (): void => undefined
  const reader = new OutboxReader({
    createSession: (notified) => {
      notify = notified
      return {
        wokenBy: 'notification',
        open: async () => undefined,
        take: async () => {
          takes++
          return []
        },
        end: async () => undefined,
        count: async () => ({ rows: 0, oldestMs: 0 }),
        close: async () => undefined,
        destroy: () => undefined
      }
    },
    invalidate: async () => ({ outcome: 'pending' }),
    observer: createRecorder(),
    prefix: 'spms:',
    acknowledgeMs: 1,
    pollMs: 60_000,
    elapsed: performance.now.bind(performance),
    random: Math.random
  })
  reader.start()
  t.teardown(() => reader.stop())
  const until = performance.now() + 500
  while (performance.now() < until) {
    notify()
    await delay(1)
  }
  t.ok(takes > 5 && takes <= 27, `${takes} transactions in half a second`)
})
