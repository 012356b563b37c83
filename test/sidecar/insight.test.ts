import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { AnalyticsAnswer } from '../../src/insight/analytics-answer.js'
import type { AuditAnswer } from '../../src/insight/audit-report.js'
import { eventually } from '../support/eventually.js'
import { get, http } from '../support/http.js'
import { startRedis } from '../support/redis-server.js'
import { type SidecarProcess, startSidecar } from '../support/sidecar-process.js'

const TABLE = `
identity: { headers: [], cookies: [], families: [] }
families: { things: [/things] }
everything: []
resources:
  - { name: thing, path: '/things/{id}', key: 'thing:{id}', scope: public, families: [things], tags: ['thing:{id}'], ttl: 1,
      audit: { ignore: [served_at] } }
writes:
  - { methods: [PUT], path: '/things/{id}', tags: ['thing:{id}'] }
`

/** Things with a title each, which a PUT changes; and another way to change them, which nobody announces. */
const openStage = async (t: Test) => {
  const titles = new Map<string, number>()
  const origin = createServer((request, response) => {
    const path = request.url ?? ''
    if (request.method === 'PUT') titles.set(path, (titles.get(path) ?? 0) + 1)
    const body = { title: titles.get(path) ?? 0, served_at: performance.now() }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  origin.listen(0, '127.0.0.1')
  await once(origin, 'listening')
  t.teardown(() => {
    origin.closeAllConnections()
    origin.close()
  })
  const file = join(t.testdir(), 'table.yaml')
  writeFileSync(file, TABLE)
  const { port } = origin.address() as AddressInfo
  const start = async (settings: Readonly<Record<string, string>>): Promise<SidecarProcess> => {
    const sidecar = await startSidecar({
      ORIGIN_URL: `http://127.0.0.1:${port}`,
      RESOURCES_FILE: file,
      CACHE_STORE: 'memory',
      AUDIT_GRACE_MS: '50',
      ...settings
    })
    t.teardown(() => sidecar.stop())
    return sidecar
  }
  return { titles, start }
}

const analyticsOf = async ({ control }: SidecarProcess, query = ''): Promise<AnalyticsAnswer> =>
  (await get(`${control}/v1/analytics${query}`)).json() as AnalyticsAnswer

const auditOf = async ({ control }: SidecarProcess): Promise<AuditAnswer> =>
  (await get(`${control}/v1/audit`)).json() as AuditAnswer

t.test('a write that nobody announces is found, in a mode that only observes', async (t) => {
  const { titles, start } = await openStage(t)
  const sidecar = await start({ CACHE_ENABLED: 'observe' })
  const read = () => get(`${sidecar.proxy}/things/1`)
  t.match((await read()).headers, { 'cache-status': 'spms; fwd=bypass; detail=would-miss' })
  t.match((await read()).headers, { 'cache-status': 'spms; fwd=bypass; detail=would-hit' })
  titles.set('/things/1', 7)
  t.match((await read()).json(), { title: 7 })
  await eventually(async () => (await auditOf(sidecar)).findings.length > 0)
  const { resources, findings } = await auditOf(sidecar)
  t.match(resources['thing']?.outcomes, { same: 1, stale: 1 })
  t.match(findings, [{ resource: 'thing', outcome: 'stale', path: '/things/1', fields: ['title'] }])
  t.match(
    sidecar.logs.find(({ level }) => level === 'warn'),
    { msg: 'The cache answered what the origin no longer says', fields: ['title'], hint: String }
  )
  t.match((await analyticsOf(sidecar)).resources['thing']?.would, { hits: 2, misses: 1, hitRate: 2 / 3 })
})

t.test('hits are compared by chance, and what is announced is no finding', async (t) => {
  const { start } = await openStage(t)
  const sidecar = await start({ AUDIT_SHARE: '1', AUDIT_MAX_PER_SECOND: '100' })
  for (let round = 0; round < 20; round++) {
    await get(`${sidecar.proxy}/things/1`)
    await get(`${sidecar.proxy}/things/1`)
    await http(`${sidecar.proxy}/things/1`, { method: 'PUT' })
  }
  const countOf = async () => Object.values((await auditOf(sidecar)).resources['thing']?.outcomes ?? {})
  await eventually(async () => (await countOf()).reduce((sum, count) => sum + count, 0) >= 10)
  t.strictSame((await auditOf(sidecar)).findings, [])
})

t.test('pods tell each other their figures through Redis', async (t) => {
  const redis = await startRedis()
  t.teardown(() => redis.stop())
  const { start } = await openStage(t)
  const settings = { CACHE_STORE: 'redis', REDIS_URL: redis.url, REDIS_COMMAND_TIMEOUT_MS: '5000' }
  const [one, other] = [await start(settings), await start(settings)]
  for (const sidecar of [one, other, other]) await get(`${sidecar.proxy}/none`)
  const sumOf = async () => await analyticsOf(one, '?pods=all')
  await eventually(async () => (await sumOf()).pods.length === 2, { timeoutMs: 25_000, intervalMs: 200 })
  t.match((await sumOf()).resources['none']?.bypasses, { 'no-resource': 3 })
  t.match((await analyticsOf(one)).resources['none']?.bypasses, { 'no-resource': 1 })
  const client = redis.client()
  const ttls = await Promise.all((await client.keys('*@pod:*')).map((key) => client.pttl(key)))
  t.ok(ttls.length === 2 && ttls.every((ttl) => ttl > 0), `${ttls.join()} ms`)
})

t.test('without analytics nothing is counted', async (t) => {
  const { start } = await openStage(t)
  const sidecar = await start({ ANALYTICS: 'false' })
  t.equal((await get(`${sidecar.control}/v1/analytics`)).status, 404)
})
