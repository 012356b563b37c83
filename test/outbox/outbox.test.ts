import t from 'tap'
import { eventually } from '../support/eventually.js'
import { get, http } from '../support/http.js'
import { type Pod, podFor, redisFor } from './pods.js'
import { openOutbox } from './stage.js'

const stage = await openOutbox(t)
const redis = await redisFor(t)
const ENVIRONMENT = { REDIS_URL: redis.url, OUTBOX_URL: stage.url }
const first = await podFor(t, ENVIRONMENT)
const second = await podFor(t, ENVIRONMENT)
const pods: readonly Pod[] = [first, second]
const isEmpty = async (): Promise<boolean> => (await stage.waiting()) === 0
const sumOf = async (metric: string): Promise<number> => {
  const values = await Promise.all(pods.map((pod) => pod.metric(metric)))
  return values.reduce<number>((sum, value = 0) => sum + value, 0)
}

t.test('a committed row removes what carries its tag, in all pods, within milliseconds', async (t) => {
  await first.put(['project:1', 'project:2'])
  const writtenAt = performance.now()
  await stage.write([{ tags: ['project:1'] }])
  await eventually(async () => (await second.present(['project:1'])).length === 0, { intervalMs: 1 })
  t.comment(`gone after ${(performance.now() - writtenAt).toFixed(1)} ms`)
  await eventually(isEmpty)
  for (const pod of pods) t.strictSame(await pod.present(['project:1', 'project:2']), ['project:2'])
})

t.test(
  'what was read before the row was seen is refused: the record is there before the row is gone',
  async (t) => {
    const key = `${first.control}/v1/entries/fenced`
    const { headers } = await get(key)
    const position = String(headers['cache-position'])
    await stage.write([{ tags: ['project:3'] }])
    await eventually(isEmpty)
    const put = (query: string) => http(`${key}?tag=project:3${query}`, { method: 'PUT', body: 'old' })
    t.equal((await put(`&position=${position}`)).status, 409)
    t.equal((await put('')).status, 204)
  }
)

t.test('a tag is a key, too: of a value that carries no tags', async (t) => {
  const value = (name: string) => `${first.control}/v1/entries/${name}`
  for (const name of ['user:9:projects', 'user:8:projects'])
    await http(value(name), { method: 'PUT', body: 'of the backend' })
  await stage.write([{ tags: ['user:9:projects'] }])
  await eventually(isEmpty)
  t.equal((await get(value('user:9:projects'))).status, 404)
  t.equal((await get(value('user:8:projects'))).status, 200)
})

t.test('patterns, and everything', async (t) => {
  const names = ['user:1:projects', 'user:2:profile', 'branches']
  await first.put(names)
  await stage.write([{ patterns: ['user:*:projects'] }])
  await eventually(isEmpty)
  t.strictSame(await second.present(names), ['user:2:profile', 'branches'])
  await stage.write([{ everything: true }])
  await eventually(isEmpty)
  t.strictSame(await second.present(names), [])
})

t.test('two sidecars share 10,000 rows, and each of them is invalidated', async (t) => {
  const names = Array.from({ length: 10_000 }, (_, n) => `shared:${n}`)
  await first.put([...names, 'untouched'])
  const before = await sumOf('spms_cache_outbox_rows_total')
  const startedAt = performance.now()
  await stage.write(names.map((name) => ({ tags: [name] })))
  await eventually(isEmpty, { timeoutMs: 60_000 })
  t.comment(`10,000 rows in ${((performance.now() - startedAt) / 1000).toFixed(2)} s`)
  t.equal((await sumOf('spms_cache_outbox_rows_total')) - before, 10_000)
  t.strictSame(await second.present([...names, 'untouched']), ['untouched'])
})

t.test('a flood of 100,000 tags is folded into their families, and reaches nothing else', async (t) => {
  const tags = Array.from({ length: 100_000 }, (_, n) => `flood:${n}`)
  await first.put(['flood:1', 'flood:99999', 'other:1'])
  const rows = Array.from({ length: 100 }, (_, n) => ({ tags: tags.slice(n * 1000, (n + 1) * 1000) }))
  const startedAt = performance.now()
  await stage.write(rows)
  await eventually(isEmpty, { timeoutMs: 60_000 })
  t.comment(`100,000 tags in ${((performance.now() - startedAt) / 1000).toFixed(2)} s`)
  t.strictSame(await second.present(['flood:1', 'flood:99999', 'other:1']), ['other:1'])
  t.ok((await sumOf('spms_cache_invalidations_folded_total{cause="outbox"}')) > 0)
  t.ok(pods.some((pod) => pod.says('Invalidations come too often: they are carried out together')))
})

t.test(
  'a row that cannot be read invalidates everything, with a warning, and the queue goes on',
  async (t) => {
    await first.put(['kept', 'next'])
    await stage.query(`INSERT INTO spms_cache_outbox (tags) VALUES ('{"with space"}')`)
    await stage.write([{ tags: ['x'] }])
    await eventually(isEmpty)
    t.strictSame(await second.present(['kept', 'next']), [])
    const lines = pods.flatMap(({ logs }) =>
      logs.filter(({ msg }) => msg.startsWith('A row of the outbox names'))
    )
    t.match(lines, [
      { level: 'warn', id: /^\d+$/, reason: /^tags\[0\] must not contain spaces/, hint: /512 bytes/ }
    ])
  }
)

t.test('metrics and statistics tell how it stands, and the log of no secret', async (t) => {
  await stage.write([{ tags: ['counted'] }])
  await eventually(isEmpty)
  for (const pod of pods) {
    t.equal(await pod.metric('spms_cache_outbox_up'), 1)
    t.type(await pod.metric('spms_cache_outbox_pending_rows'), 'number')
    t.type(await pod.metric('spms_cache_outbox_oldest_row_seconds'), 'number')
    t.equal(
      await pod.metric('spms_cache_outbox_delay_seconds_count'),
      await pod.metric('spms_cache_outbox_rows_total')
    )
    const stats = (await get(`${pod.control}/v1/stats`)).json()
    t.match(stats, { outbox: { state: 'up', rows: Number, pendingRows: Number } })
    t.notMatch(JSON.stringify(pod.logs), /reader password|reader%20password/)
  }
})

t.test('told to stop, it ends in order', async (t) => {
  for (const pod of pods) t.match(await pod.stop(), { code: 0 })
  const connections = `SELECT 1 FROM pg_stat_activity WHERE usename = 'reader'`
  await eventually(async () => (await stage.query(connections)).length === 0)
})
