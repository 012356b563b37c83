import t, { type Test } from 'tap'
import { seededRandom } from '../../demo/origin/random.js'
import { startOrigin } from '../demo/start-origin.js'
import { startRedis } from '../support/redis-server.js'
import { describe } from './figures.js'
import { startFleet } from './fleet.js'
import { run } from './run.js'
import { SEED } from './settings.js'
import { SAMPLE } from './targets.js'

/** What makes the long run's figures mean something: without these parts it does find stale reads. */
const ALTERED = [
  ['without the fence', 'unfenced-main.ts'],
  ['without the check of flights', 'unchecked-main.ts']
] as const

const ENOUGH = 3
const SECONDS = 15

t.setTimeout(180_000)

const runAltered = async (t: Test, entry: string): Promise<void> => {
  const redis = await startRedis()
  t.teardown(() => redis.stop())
  const { origin, address } = await startOrigin(t, SAMPLE)
  const environment = { ORIGIN_URL: address, REDIS_URL: redis.url, REDIS_COMMAND_TIMEOUT_MS: '5000' }
  const fleet = await startFleet(t, { size: 3, environment, entry })
  const figures = await run({
    fleet,
    origin,
    random: seededRandom(SEED),
    seconds: SECONDS,
    isEnough: ({ stale }) => stale.length >= ENOUGH
  })
  t.comment(`seed ${SEED}: ${describe(figures)}`)
  for (const read of figures.stale) t.comment(`stale: ${read}`)
  t.ok(figures.stale.length >= ENOUGH, 'there are stale reads')
  t.strictSame(figures.failed, [], 'and nothing else is wrong')
}

for (const [title, entry] of ALTERED) {
  t.test(`the same run ${title} finds stale reads`, (t) => runAltered(t, entry))
}
