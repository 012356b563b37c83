import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { eventually } from '../support/eventually.js'
import { get } from '../support/http.js'
import { needsOwnRedis } from '../support/redis-server.js'
import { openWire } from '../support/wire.js'
import { podFor, redisFor } from './pods.js'
import { startReader, tagsOf } from './readers.js'
import { openOutbox } from './stage.js'

const stage = await openOutbox(t)
const isEmpty = async (): Promise<boolean> => (await stage.waiting()) === 0
const isHeld = async (): Promise<boolean> =>
  (await stage.query(`SELECT 1 FROM pg_stat_activity WHERE state = 'idle in transaction'`)).length > 0
const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`
/** A transaction that waits for a sidecar is ended after 2 × 500 ms and 5 s. */
const SHORT = { INVALIDATION_TIMEOUT_MS: '500' }
const TIMES = { connectMs: 500, statementMs: 300, lockMs: 200 }

t.test('a sidecar that is killed in the middle loses no row', { skip: needsOwnRedis }, async (t) => {
  const redis = await redisFor(t)
  const environment = { REDIS_URL: redis.url, OUTBOX_URL: stage.url }
  const names = Array.from({ length: 1000 }, (_, n) => `killed:${n}`)
  const killed = await podFor(t, environment)
  await killed.put(names)
  redis.freeze()
  await stage.write(names.map((name) => ({ tags: [name] })))
  await eventually(isHeld)
  await killed.stop('SIGKILL')
  redis.thaw()
  t.equal(await stage.waiting(), names.length)
  const next = await podFor(t, environment)
  await eventually(isEmpty)
  t.strictSame(await next.present(names), [])
})

t.test(
  'a sidecar that is told to stop in the middle ends in order, and gives its rows back',
  { skip: needsOwnRedis },
  async (t) => {
    const redis = await redisFor(t)
    const pod = await podFor(t, { REDIS_URL: redis.url, OUTBOX_URL: stage.url, SHUTDOWN_TIMEOUT_MS: '1000' })
    redis.freeze()
    await stage.write([{ tags: ['told-to-stop'] }])
    await eventually(isHeld)
    const startedAt = performance.now()
    t.match(await pod.stop(), { code: 0 })
    t.ok(performance.now() - startedAt < 10_000)
    await eventually(async () => !(await isHeld()), { timeoutMs: 2000 })
    t.equal(await stage.waiting(), 1)
    await stage.query('TRUNCATE spms_cache_outbox')
  }
)

t.test(
  'rows that a stopped sidecar holds are taken by another within the bound',
  { skip: needsOwnRedis },
  async (t) => {
    const redis = await redisFor(t)
    const environment = { ...SHORT, REDIS_URL: redis.url, OUTBOX_URL: stage.url }
    const stopped = await podFor(t, { ...environment, INVALIDATION_TIMEOUT_MS: '2000' })
    await stopped.put(['stopped'])
    redis.freeze()
    await stage.write([{ tags: ['stopped'] }])
    await eventually(isHeld)
    process.kill(stopped.pid, 'SIGSTOP')
    redis.thaw()
    const stoppedAt = performance.now()
    await eventually(async () => !(await isHeld()), { timeoutMs: 30_000 })
    t.comment(`free after ${seconds(stoppedAt)}`)
    t.ok(performance.now() - stoppedAt < 2 * 2000 + 5000 + 2000)
    const other = await podFor(t, environment)
    await eventually(isEmpty, { timeoutMs: 15_000 })
    t.strictSame(await other.present(['stopped']), [])
    process.kill(stopped.pid, 'SIGCONT')
    await eventually(() => stopped.says('The outbox is read again'))
  }
)

t.test('while Redis is away rows wait, and they go when it is back', { skip: needsOwnRedis }, async (t) => {
  const redis = await redisFor(t)
  const pod = await podFor(t, { ...SHORT, REDIS_URL: redis.url, OUTBOX_URL: stage.url })
  await pod.put(['while-away'])
  await redis.kill()
  await stage.write([{ tags: ['while-away'] }])
  await eventually(
    async () => (await pod.metric('spms_cache_outbox_errors_total{reason="pending"}')) !== undefined
  )
  t.equal(await stage.waiting(), 1)
  t.equal(await pod.metric('spms_cache_outbox_up'), 1)
  await redis.restart()
  const backAt = performance.now()
  await eventually(isEmpty, { timeoutMs: 15_000 })
  t.comment(`gone ${seconds(backAt)} after Redis was back`)
  t.strictSame(await pod.present(['while-away']), [])
})

t.test('PostgreSQL restarted: it is named, reads go on, and rows are taken when it is back', async (t) => {
  const redis = await redisFor(t)
  const pod = await podFor(t, { REDIS_URL: redis.url, OUTBOX_URL: stage.url })
  await pod.put(['restarted'])
  const restarted = stage.postgres.restart({ awayMs: 2000 })
  await eventually(() => pod.says('The outbox is not read: its rows wait'))
  t.equal(await pod.metric('spms_cache_outbox_up'), 0)
  t.equal(await pod.metric('spms_cache_outbox_pending_rows'), undefined, 'nobody knows')
  t.equal((await get(`${pod.ops}/ready`)).status, 200)
  t.strictSame(await pod.present(['restarted']), ['restarted'])
  await restarted
  await eventually(() => stage.write([{ tags: ['restarted'] }]).then(() => true))
  await eventually(isEmpty)
  t.strictSame(await pod.present(['restarted']), [])
  const lines = pod.logs.filter(({ msg }) => msg.startsWith('The outbox'))
  t.match(lines[1], { level: 'warn', kind: /^(restarting|closed|unreachable)$/, hint: /PostgreSQL/ })
  t.ok(lines.length <= 5, `${lines.length} lines for one outage`)
  t.match(lines.at(-1), { level: 'warn', msg: 'The outbox is read again' })
})

t.test('a database that is not there at the start does not hold back the sidecar', async (t) => {
  const redis = await redisFor(t)
  const away = { REDIS_URL: redis.url, OUTBOX_URL: 'postgres://reader:secret-word@127.0.0.1:1/postgres' }
  const pod = await podFor(t, away, { isOutboxThere: false })
  await eventually(() => pod.says('The outbox is not read: its rows wait'))
  t.match(
    pod.logs.find(({ msg }) => msg.startsWith('The outbox')),
    { kind: 'unreachable', reason: /ECONNREFUSED/, hint: /OUTBOX_URL/ }
  )
  t.equal((await get(`${pod.ops}/ready`)).status, 200)
  await eventually(() => pod.says('The store is up'))
  await pod.put(['x'])
  t.match(await pod.stop(), { code: 0 })
  t.notMatch(JSON.stringify(pod.logs), /secret-word/)
})

t.test('PostgreSQL frozen in the middle: named within a bound, and it recovers', async (t) => {
  const reader = await startReader(t, { url: stage.url, times: TIMES, pollMs: 100 })
  reader.hold()
  await stage.write([{ tags: ['frozen'] }])
  await eventually(() => reader.invalidated.length === 1)
  await stage.postgres.freeze()
  reader.go()
  const frozenAt = performance.now()
  await eventually(() => reader.told.outboxChanged.at(-1)?.state === 'down')
  t.ok(performance.now() - frozenAt < 4000)
  t.match(reader.told.outboxChanged.at(-1), { kind: 'timeout', reason: /no answer of the database within/ })
  await stage.postgres.thaw()
  await eventually(isEmpty)
  await eventually(() => reader.told.outboxChanged.at(-1)?.state === 'up')
})

t.test('a connection that is half open is noticed by the poll, and replaced', async (t) => {
  const wire = await openWire(t, stage.postgres.port)
  const url = stage.url.replace(`:${stage.postgres.port}/`, `:${wire.port}/`)
  const reader = await startReader(t, { url, times: TIMES, pollMs: 100 })
  wire.stall(4000)
  await stage.write([{ tags: ['half-open'] }])
  await eventually(() => reader.told.outboxFailed.some(({ kind }) => kind === 'timeout'))
  await eventually(() => tagsOf(reader).includes('half-open'), { timeoutMs: 10_000 })
  wire.cut()
  await stage.write([{ tags: ['cut'] }])
  await eventually(() => reader.told.outboxFailed.some(({ kind }) => kind === 'closed'))
  await delay(500)
  wire.mend()
  await eventually(() => tagsOf(reader).includes('cut'), { timeoutMs: 10_000 })
  await eventually(isEmpty)
})

t.test(
  'attempts in vain come seldom: some hundred milliseconds at first, five seconds at most',
  async (t) => {
    const reader = await startReader(t, { url: stage.url, pollMs: 50 })
    await stage.query('REVOKE DELETE ON spms_cache_outbox FROM reader')
    await eventually(() => reader.told.outboxFailed.length > 0)
    await delay(3000)
    t.ok(reader.told.outboxFailed.length <= 7, `${reader.told.outboxFailed.length} attempts in three seconds`)
    t.match(reader.told.outboxChanged.at(-1), { kind: 'permission' })
    await stage.query('GRANT DELETE ON spms_cache_outbox TO reader')
    await stage.write([{ tags: ['granted'] }])
    await eventually(() => tagsOf(reader).includes('granted'), { timeoutMs: 10_000 })
  }
)
