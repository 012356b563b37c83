import { readFileSync } from 'node:fs'
import type { Redis } from 'ioredis'
import t, { type Test } from 'tap'
import { connectStore } from '../stores/redis-fixtures.js'
import { eventually } from '../support/eventually.js'
import { http } from '../support/http.js'
import type { SidecarProcess } from '../support/sidecar-process.js'
import { startOrigin } from './origin-process.js'
import { loadFor, PER_SECOND, redisFor, sidecarFor } from './stage.js'

t.setTimeout(150_000)

const TABLE = new URL('../../src/resources/spms.yaml', import.meta.url)
const TTL_SECONDS = 3
const PROOF_MS = 600_000
const WITHOUT_EXPIRY = /^spms:(@began|@epoch|@log|@server|@tags|@tag:.+)$/

void t.test('a busy run leaves nothing in Redis for good', async (t) => {
  const table = readFileSync(TABLE, 'utf8')
    .replaceAll(/^( +ttl:) \d+$/gm, `$1 ${TTL_SECONDS}`)
    .replaceAll(/^( +stale(?:IfError|WhileRevalidate):) \d+$/gm, '$1 1')
  const folder = t.testdir({ 'resources.yaml': table })
  const origin = await startOrigin(t)
  const redis = await redisFor(t)
  const admin = redis.client()
  const sidecar = await sidecarFor(t, origin, redis.url, {
    RESOURCES_FILE: `${folder}/resources.yaml`,
    DEFAULT_TTL: `${TTL_SECONDS}`,
    // A stall of a busy machine is no fault here.
    REDIS_COMMAND_TIMEOUT_MS: '5000'
  })
  const load = await loadFor(t, origin, sidecar)
  await eventually(() => load.samples.length > 4 * PER_SECOND, { timeoutMs: 60_000 })
  // Last, since its values live no longer than the entries.
  await useControlDoor(t, sidecar)
  const ttls = await ttlsOf(admin)
  await load.stop()

  const names = [...ttls.keys()]
  t.strictSame(
    names.filter((name) => ttls.get(name) === -1 && !WITHOUT_EXPIRY.test(name)),
    [],
    `all but indexes and bookkeeping expire: ${names.length} keys`
  )
  for (const kind of [/^spms:user:/, /^spms:staff:/, /^spms:@value:/, /^spms:@proof:/, /^spms:@tag:/]) {
    t.ok(
      names.some((name) => kind.test(name)),
      `${String(kind)} among them`
    )
  }

  await eventually(async () => !(await admin.keys('*')).some((name) => /^spms:(?!@(?!value:))/.test(name)))
  await advance(admin, PROOF_MS)
  await sweep(t, redis.url)
  t.strictSame((await admin.keys('*')).sort(), ['spms:@began', 'spms:@epoch', 'spms:@log', 'spms:@server'])
})

const useControlDoor = async (t: Test, { control }: SidecarProcess): Promise<void> => {
  const statuses = new Set<number>()
  const send = async (method: string, path: string, body: string): Promise<void> => {
    const headers = { 'content-type': 'application/json' }
    statuses.add((await http(`${control}/v1/${path}`, { method, headers, body })).status)
  }
  for (let at = 0; at < 50; at++) {
    await send('PUT', `entries/busy:${at}?ttl=${TTL_SECONDS + 2}&tag=t:${at % 5}&tag=all`, 'x')
  }
  await send('POST', 'entries/counter/increment', '{}')
  await send(
    'POST',
    'invalidations',
    JSON.stringify({ keys: ['busy:1'], tags: ['t:2'], patterns: ['busy:3*'] })
  )
  t.strictSame([...statuses], [204, 200], 'the control door is in use, too')
}

/** Names without those that have expired meanwhile, with their time to live in milliseconds, −1: none. */
const ttlsOf = async (admin: Redis): Promise<Map<string, number>> => {
  const names = await admin.keys('*')
  const ttls = await Promise.all(names.map((name) => admin.pttl(name)))
  return new Map(names.map((name, at) => [name, ttls[at] ?? -2] as const).filter(([, ttl]) => ttl !== -2))
}

/** A server's clock cannot be moved on; what is on it can be moved back, expiries and index scores alike. */
const advance = (admin: Redis, ms: number): Promise<unknown> =>
  admin.eval(
    `for _, key in ipairs(redis.call('KEYS', '*')) do
       local ttl = redis.call('PTTL', key)
       if ttl >= 0 then redis.call('PEXPIRE', key, ttl - ARGV[1]) end
       if redis.call('TYPE', key).ok == 'zset' then
         for _, member in ipairs(redis.call('ZRANGE', key, 0, -1)) do
           redis.call('ZINCRBY', key, -ARGV[1], member)
         end
       end
     end`,
    0,
    ms
  )

/** As each sidecar does every minute. */
const sweep = async (t: Test, url: string): Promise<void> => {
  const { store } = await connectStore(t, { url, commandTimeoutMs: 5000 })
  await store.sweep()
}
