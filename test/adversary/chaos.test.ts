import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { createOrigin, type Origin } from '../../demo/origin/origin.js'
import { seededRandom } from '../../demo/origin/random.js'
import { SEED } from '../coherence/settings.js'
import { SAMPLE } from '../coherence/targets.js'
import { needsOwnRedis } from '../support/redis-server.js'
import { runChaos } from './chaos-run.js'
import { startPod } from './pods.js'
import { startPair, type Strike } from './redis-pair.js'

const given = process.env['CHAOS_SECONDS'] ?? ''
/** Enough for each misfortune once; 1800 by hand. */
const SECONDS = /^\d+$/.test(given) ? Number(given) : 30
const QUIET_MS = 500

t.setTimeout((SECONDS + 180) * 1000)

/** With an `ETag` for each answer, as one behind `ConditionalGetMiddleware`. */
const startOrigin = async (t: Test): Promise<{ origin: Origin; address: string }> => {
  const origin = createOrigin({ ...SAMPLE, isCsrfChecked: false })
  origin.app.addHook('onSend', async (request, reply, payload) => {
    if (request.method !== 'GET' || reply.statusCode !== 200 || typeof payload !== 'string') return payload
    const etag = `"${createHash('sha256').update(payload).digest('base64url')}"`
    reply.header('etag', etag)
    if (request.headers['if-none-match'] !== etag) return payload
    reply.code(304)
    return ''
  })
  t.teardown(() => origin.close())
  return { origin, address: await origin.listen() }
}

/** The built-in table with times so short that entries expire, in two versions. */
const writeTables = async (t: Test): Promise<readonly [string, string]> => {
  const folder = await mkdtemp(join(tmpdir(), 'spms-tables-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const table = await readFile(new URL('../../src/resources/spms.yaml', import.meta.url), 'utf8')
  const write = async (name: string, times: string): Promise<string> => {
    const file = join(folder, name)
    const bare = table.replace(/^ {4}staleWhileRevalidate: \d+\n/gm, '')
    await writeFile(file, bare.replace(/^ {4}ttl: \d+$/gm, times))
    return file
  }
  return [
    await write('a.yaml', '    ttl: 1\n    staleWhileRevalidate: 2'),
    await write('b.yaml', '    ttl: 3')
  ]
}

t.test(
  'whatever happens to Redis, pods and backend: nothing stale, nothing crossed, nothing failed',
  { skip: needsOwnRedis },
  async (t) => {
    const random = seededRandom(SEED)
    const { origin, address } = await startOrigin(t)
    let isQuiet = false
    const redis = await startPair(t, (isQuietNow) => {
      isQuiet = isQuietNow
    })
    // The first requests after somebody is turned away are quick, and what he asked before is slow.
    origin.latency = ({ target }) => {
      if (/log-out|projects\/1$/.test(target)) return 0
      if (target.endsWith('/users/me') && random() < 0.5) return 200 + random() * 200
      return random() < 0.5 ? random() * 10 : random() * 300
    }
    const [tableA, tableB] = await writeTables(t)
    const settings = {
      ...{ ORIGIN_URL: address, REDIS_URL: redis.url, REDIS_CONNECT_TIMEOUT_MS: '1000' },
      INVALIDATION_TIMEOUT_MS: '2000'
    }
    const pods = await Promise.all([
      startPod(t, { ...settings, RESOURCES_FILE: tableA }),
      startPod(t, { ...settings, RESOURCES_FILE: tableB }),
      startPod(t, { ...settings, RESOURCES_FILE: tableA }),
      startPod(t, { ...settings, RESOURCES_FILE: tableA, CACHE_ENABLED: 'false' })
    ])
    let outages = 0
    const [, second, third] = pods
    const strikes: readonly Strike[] = [
      ...redis.strikes,
      [
        'a pod frozen',
        async () => {
          second.freeze()
          await pause(600)
          second.thaw()
        }
      ],
      ['a pod killed', async () => third.killAndRestart()],
      [
        'the backend failing',
        async () => {
          outages++
          origin.fail = { status: 500 }
          await pause(300)
          origin.fail = undefined
          await pause(300)
          outages++
        }
      ]
    ]

    let isOver = false
    const struck = new Map<string, number>()
    const afflict = async (): Promise<void> => {
      const endsAt = performance.now() + SECONDS * 1000
      const isEnough = (): boolean => performance.now() > endsAt && struck.size === strikes.length
      while (!isEnough()) {
        for (const [name, strike] of strikes) {
          if (isEnough()) break
          await pause(QUIET_MS)
          await strike()
          struck.set(name, (struck.get(name) ?? 0) + 1)
        }
      }
    }
    const running = runChaos({
      ...{ origin, address, pods, random },
      isOver: () => isOver,
      isQuiet: () => isQuiet,
      outages: () => outages
    })
    await afflict().finally(() => {
      isOver = true
    })
    const seen = await running

    t.comment(`seed ${SEED} · ${[...seen.counts].map(([name, count]) => `${name} ${count}`).join(' · ')}`)
    t.comment([...struck].map(([name, count]) => `${count} times ${name}`).join(' · '))
    for (const name of ['stale', 'crossed', 'failed'] as const) {
      t.strictSame(seen[name].slice(0, 20), [], `${seen[name].length} ${name}`)
    }
    t.equal(struck.size, strikes.length, 'every misfortune happened')
    for (const name of ['hit', '304', 'HEAD', 'value', 'put 204', 'turned away', 'store-unavailable']) {
      t.ok((seen.counts.get(name) ?? 0) > 0, `there was: ${name}`)
    }
    // Entries live for some seconds: in a short run none may be asked for just then.
    t.ok(SECONDS < 120 || (seen.counts.get('stale hit') ?? 0) > 0, 'there was: stale hit')
  }
)
