import { kill } from 'node:process'
import t, { type Test } from 'tap'
import { seededRandom } from '../../demo/origin/random.js'
import { http } from '../support/http.js'
import { needsOwnRedis, startRedis } from '../support/redis-server.js'
import { startSidecar, type SidecarProcess } from '../support/sidecar-process.js'
import { LOCKS_SECONDS, SEED } from './settings.js'

t.setTimeout((60 + 2 * LOCKS_SECONDS) * 1000)

const TTL_SECONDS = 1
/** By its own clock, before it asks: the store counts from later. */
const MARGIN_MS = 50

interface Held {
  readonly fence: string
  readonly from: number
  /** When it was given back; until its lease was over, where the holder has died. */
  to: number
}

const post = (url: string, json: object) =>
  http(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(json)
  })

const memberOf = (value: unknown, name: string): string =>
  typeof value === 'object' && value !== null ? String(Reflect.get(value, name)) : ''

/** Contenders at random sidecars, each for one lock after another: some die with it, some keep it for longer than one lease. */
const contend = async (controls: readonly string[], seconds: number): Promise<readonly Held[]> => {
  const random = seededRandom(SEED)
  const endsAt = performance.now() + seconds * 1000
  const held: Held[] = []
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
  const control = (): string => controls[Math.floor(random() * controls.length)] ?? ''

  const holdOnce = async (): Promise<void> => {
    const from = performance.now()
    const acquired = await post(`${control()}/v1/locks/one`, { ttl: TTL_SECONDS, wait: random() * 2 })
    if (acquired.status !== 201) {
      if (acquired.status !== 423 && acquired.status !== 503) throw new Error(acquired.text())
      return
    }
    const leaseEnds = from + TTL_SECONDS * 1000 - MARGIN_MS
    const token = memberOf(acquired.json(), 'token')
    const mine: Held = { fence: memberOf(acquired.json(), 'fence'), from: performance.now(), to: leaseEnds }
    if (mine.from >= leaseEnds) return
    held.push(mine)
    if (random() < 0.04) return
    await pause(random() * 30)
    if (random() < 0.2) {
      const asked = performance.now()
      const renewed = await post(`${control()}/v1/locks/one/renew`, { token, ttl: TTL_SECONDS })
      if (renewed.status === 200) mine.to = asked + TTL_SECONDS * 1000 - MARGIN_MS
      await pause(random() * 30)
    }
    const to = Math.min(mine.to, performance.now())
    const released = await http(`${control()}/v1/locks/one?token=${token}`, { method: 'DELETE' })
    if (released.status === 204) mine.to = to
  }
  const contender = async (): Promise<void> => {
    while (performance.now() < endsAt) await holdOnce()
  }
  await Promise.all(Array.from({ length: 24 }, contender))
  return held
}

/** Holders in the order in which they began, each against the one before. */
const faultsIn = (held: readonly Held[]): readonly string[] => {
  const inOrder = [...held].sort((a, b) => a.from - b.from)
  return inOrder.flatMap((next, at) => {
    const before = inOrder[at - 1]
    if (before === undefined) return []
    const faults: string[] = []
    if (next.from < before.to) faults.push(`two hold it for ${(before.to - next.from).toFixed(1)} ms`)
    if (next.fence <= before.fence) faults.push(`fence ${next.fence} after ${before.fence}`)
    return faults
  })
}

const startTwo = async (
  t: Test
): Promise<{ readonly sidecars: readonly SidecarProcess[]; readonly controls: readonly string[] }> => {
  const redis = await startRedis()
  t.teardown(() => redis.stop())
  const start = async () => {
    const sidecar = await startSidecar({
      REDIS_URL: redis.url,
      ORIGIN_URL: 'http://127.0.0.1:9',
      LOG_LEVEL: 'error'
    })
    t.teardown(() => sidecar.stop('SIGKILL'))
    return sidecar
  }
  const sidecars = [await start(), await start()]
  return { sidecars, controls: sidecars.map(({ control }) => control) }
}

t.test('of many who contend at two sidecars one has the lock at a time, and fences grow', async (t) => {
  const { controls } = await startTwo(t)
  const invalidating = setInterval(() => {
    void post(`${String(controls[0])}/v1/invalidations`, { all: true, patterns: ['*', 'kept:*'] })
  }, 100)
  const held = await contend(controls, LOCKS_SECONDS)
  clearInterval(invalidating)
  t.comment(`${held.length} acquisitions in ${LOCKS_SECONDS} s, seed ${SEED}`)
  t.ok(held.length > 3 * LOCKS_SECONDS, `${held.length} acquisitions`)
  t.strictSame(faultsIn(held), [])
})

t.test(
  'a sidecar that stops and goes on while it acquires makes no second holder',
  { skip: needsOwnRedis },
  async (t) => {
    const { sidecars, controls } = await startTwo(t)
    const [first] = sidecars
    let isStopped = false
    const stopping = setInterval(() => {
      isStopped = !isStopped
      kill(first?.pid ?? 0, isStopped ? 'SIGSTOP' : 'SIGCONT')
    }, 700)
    t.teardown(() => {
      clearInterval(stopping)
      kill(first?.pid ?? 0, 'SIGCONT')
    })
    const held = await contend(controls, LOCKS_SECONDS)
    t.comment(`${held.length} acquisitions in ${LOCKS_SECONDS} s, seed ${SEED}`)
    t.ok(held.length > LOCKS_SECONDS, `${held.length} acquisitions`)
    t.strictSame(faultsIn(held), [])
  }
)
