import t, { type Test } from 'tap'
import { seededRandom } from '../../demo/origin/random.js'
import { startOrigin } from '../demo/start-origin.js'
import { type Behaviour, needsOwnRedis, startRedis } from '../support/redis-server.js'
import { describe, type Figures } from './figures.js'
import { type FleetOptions, metricOf, startFleet } from './fleet.js'
import { restartAgainAndAgain } from './restarts.js'
import { run } from './run.js'
import { RESTARTS_SECONDS, SEED } from './settings.js'
import { SAMPLE } from './targets.js'

/** As long as it takes for one stale read, most often the first loss or the second. */
const ALTERED_SECONDS = 60

t.setTimeout((180 + 3 * RESTARTS_SECONDS) * 1000)

interface Trial {
  readonly behavesAs: Behaviour
  readonly seconds: number
  readonly entry?: FleetOptions['entry']
  readonly isEnough?: (figures: Figures) => boolean
}

/** Four sidecars while their Redis is restarted. */
const runRestarts = async (t: Test, { behavesAs, seconds, entry, isEnough }: Trial) => {
  const redis = await startRedis({ behavesAs })
  t.teardown(() => redis.stop())
  const { origin, address } = await startOrigin(t, SAMPLE)
  const environment = { ORIGIN_URL: address, REDIS_URL: redis.url, REDIS_CONNECT_TIMEOUT_MS: '1000' }
  const fleet = await startFleet(t, { size: 4, environment, ...(entry !== undefined && { entry }) })
  let isOver = false
  const restarts = restartAgainAndAgain(redis, { hasIdentity: behavesAs === 'redis', isOver: () => isOver })
  const figures = await run({
    ...{ fleet, origin, random: seededRandom(SEED), seconds },
    mayWrite: () => !restarts.isSettling(),
    ...(isEnough !== undefined && { isEnough })
  }).finally(() => {
    isOver = true
  })
  const counts = await restarts.ended
  const epochs = await metricOf(fleet, 'epochs_begun_total')
  t.comment(`${seconds} s, seed ${SEED}: ${describe(figures)} · ${epochs} epochs`)
  t.comment([...counts].map(([name, count]) => `${count} times ${name}`).join(' · '))
  return { figures, counts }
}

const KINDS = [
  ['that says which one it is', 'redis'],
  ['that does not say which one it is', 'enterprise']
] as const

for (const [title, behavesAs] of KINDS) {
  t.test(
    `while a server ${title} is restarted, with and without loss, no read of four sidecars fails or is stale`,
    { skip: needsOwnRedis },
    async (t) => {
      const { figures, counts } = await runRestarts(t, { behavesAs, seconds: RESTARTS_SECONDS })
      t.strictSame(figures.stale, [], 'no stale read after a 200')
      t.strictSame(figures.failed, [], 'no failed read')
      t.equal(counts.size, 3, 'every kind of restart happened')
      t.ok((figures.outcomes.get('hit') ?? 0) > 20 * RESTARTS_SECONDS, 'there were hits')
      const acknowledged = [...figures.writes.values()].reduce((sum, count) => sum + count, 0)
      t.ok(acknowledged > RESTARTS_SECONDS, 'and writes')
    }
  )
}

t.test(
  'sidecars that do not remember how far they had come read stale entries',
  { skip: needsOwnRedis },
  async (t) => {
    const { figures } = await runRestarts(t, {
      behavesAs: 'enterprise',
      entry: 'unremembered-main.ts',
      seconds: ALTERED_SECONDS,
      isEnough: ({ stale }) => stale.length > 0
    })
    for (const read of figures.stale) t.comment(`stale: ${read}`)
    t.ok(figures.stale.length > 0, 'there are stale reads')
    t.strictSame(figures.failed, [], 'and nothing else is wrong')
  }
)
