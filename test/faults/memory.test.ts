import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { eventually } from '../support/eventually.js'
import { get } from '../support/http.js'
import { needsOwnRedis } from '../support/redis-server.js'
import type { SidecarProcess } from '../support/sidecar-process.js'
import { startOrigin } from './origin-process.js'
import { commandsSince, loadFor, PER_SECOND, redisFor, sidecarFor } from './stage.js'

const FREEZE_MS = 6000
const MEBIBYTE = 1024 * 1024
const GROWTH_MAX_MIB = 100

t.setTimeout(150_000)

void t.test('nothing piles up while Redis is frozen', { skip: needsOwnRedis }, async (t) => {
  // A connection for each request takes far more memory than what is looked for: test/soak has such an origin.
  const origin = await startOrigin(t, { isKeptAlive: true })
  const redis = await redisFor(t)
  const admin = redis.client()
  const sidecar = await sidecarFor(t, origin, redis.url)
  // A failed invalidation would take the link down by itself: here only time-outs do.
  const load = await loadFor(t, origin, sidecar, { hasWrites: false })
  await eventually(() => load.samples.length > 3 * PER_SECOND, { timeoutMs: 30_000 })
  await admin.config('RESETSTAT')
  const before = await memoryOf(sidecar)
  const answeredBefore = load.samples.length
  redis.freeze()
  await sleep(FREEZE_MS)
  const after = await memoryOf(sidecar)
  await load.stop()
  const requests = load.samples.length - answeredBefore
  redis.thaw()
  await eventually(async () => (await get(`${sidecar.ops}/ready`)).text().includes('"store":"up"'))

  t.strictSame(
    load.samples.flatMap(({ failure }) => failure ?? []),
    [],
    `no failure in ${load.samples.length} requests`
  )
  t.comment(
    `memory before: ${textOf(before)}; after ${FREEZE_MS} ms and ${requests} requests: ${textOf(after)}`
  )
  t.ok(after.resident - before.resident < GROWTH_MAX_MIB, `it grew by less than ${GROWTH_MAX_MIB} MiB`)
  // A server that wakes up carries out all that it was sent.
  const { mget = 0, evalsha = 0 } = await commandsSince(admin)
  t.comment(`sent to the frozen server: ${mget} reads and ${evalsha} scripts`)
  t.ok(mget < requests / 5, 'what was sent to it is little')
})

interface Memory {
  readonly resident: number
  readonly heap: number
}

/** In MiB. */
const memoryOf = async ({ ops }: SidecarProcess): Promise<Memory> => {
  const metrics = (await get(`${ops}/metrics`)).text()
  const figure = (name: string): number =>
    Number(new RegExp(`^spms_cache_${name} (\\d+)$`, 'm').exec(metrics)?.[1] ?? NaN) / MEBIBYTE
  return { resident: figure('process_resident_memory_bytes'), heap: figure('nodejs_heap_size_used_bytes') }
}

const textOf = ({ resident, heap }: Memory): string =>
  `${resident.toFixed()} MiB resident, ${heap.toFixed()} MiB heap`
