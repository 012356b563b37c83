import t, { type Test } from 'tap'
import { seededRandom } from '../../demo/origin/random.js'
import { describe } from '../coherence/figures.js'
import { metricOf, startFleet } from '../coherence/fleet.js'
import { run } from '../coherence/run.js'
import { RELEASES_SECONDS, SEED } from '../coherence/settings.js'
import { SAMPLE } from '../coherence/targets.js'
import { startOrigin } from '../demo/start-origin.js'
import { http } from '../support/http.js'
import { needsOwnRedis, startRedis } from '../support/redis-server.js'
import { BEFORE, bundleOf } from './release.js'

t.setTimeout((120 + 2 * RELEASES_SECONDS) * 1000)

/** Two pods of the release before and two of this one, on one Redis: half-way through a rolling update. */
const startMixed = async (t: Test) => {
  // What both releases run on.
  const redis = await startRedis({ behavesAs: 'redis' })
  t.teardown(() => redis.stop())
  const { origin, address } = await startOrigin(t, SAMPLE)
  const environment = { ORIGIN_URL: address, REDIS_URL: redis.url }
  const before = await startFleet(t, { size: 2, environment, bundle: bundleOf(BEFORE) })
  const now = await startFleet(t, { size: 2, environment })
  return { redis, origin, before, now, fleet: [...before, ...now] }
}

t.test(
  'with half of the pods of the release before, no read fails, none is stale, and each hits what the other stored',
  { skip: needsOwnRedis },
  async (t) => {
    const { origin, before, now, fleet } = await startMixed(t)
    const figures = await run({ fleet, origin, random: seededRandom(SEED), seconds: RELEASES_SECONDS })
    // Beside those of an invalidation of everything.
    const doubts = (await metricOf(fleet, 'epochs_begun_total')) - (figures.writes.get('all') ?? 0)
    t.comment(`${RELEASES_SECONDS} s, seed ${SEED}: ${describe(figures)} · ${doubts} epochs in doubt`)
    t.strictSame(figures.stale, [], 'no stale read after a 200')
    t.strictSame(figures.failed, [], 'no failed read')
    t.ok((figures.outcomes.get('hit') ?? 0) > 20 * RELEASES_SECONDS, 'there were hits')
    t.ok(doubts <= 2, `${doubts} epochs: neither release takes the server of the other for another one`)
    for (const [writer, reader] of [
      [before[0], now[0]],
      [now[0], before[0]]
    ]) {
      const path = '/api/v1/users/2/projects'
      await http(`${String(writer?.control)}/v1/invalidations`, post({ all: true }))
      await http(`${String(writer?.proxy)}${path}`, SAME_HOST)
      const { headers } = await http(`${String(reader?.proxy)}${path}`, SAME_HOST)
      t.match(headers['cache-status'], /; hit/)
    }
  }
)

const SAME_HOST = { headers: { host: 'spms.test' } }
const post = (json: unknown) => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(json)
})

const COUNTS = 400

t.test(
  'a counter that pods of both releases increment counts each once',
  { skip: needsOwnRedis },
  async (t) => {
    const { fleet } = await startMixed(t)
    const random = seededRandom(SEED)
    const increment = async (): Promise<number> => {
      const { control = '' } = fleet[Math.floor(random() * fleet.length)] ?? {}
      const answer = await http(`${control}/v1/entries/visits/increment`, post({ by: 1 }))
      const json = answer.json()
      if (typeof json === 'object' && json !== null && 'value' in json) return Number(json.value)
      throw new Error(`increment got ${answer.status}: ${answer.text()}`)
    }
    const seen: number[] = []
    const keepCounting = async (): Promise<void> => {
      for (let at = 0; at < COUNTS / 4; at++) seen.push(await increment())
    }
    await Promise.all([keepCounting(), keepCounting(), keepCounting(), keepCounting()])
    const wanted = Array.from({ length: COUNTS }, (_, at) => at + 1)
    t.strictSame(
      seen.sort((a, b) => a - b),
      wanted
    )
  }
)
