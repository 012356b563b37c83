import t from 'tap'
import { seededRandom } from '../../demo/origin/random.js'
import { startOrigin } from '../demo/start-origin.js'
import { needsOwnRedis, startRedis } from '../support/redis-server.js'
import { afflict } from './chaos.js'
import { describe } from './figures.js'
import { metricOf, startFleet } from './fleet.js'
import { run } from './run.js'
import { SEED } from './settings.js'
import { SAMPLE } from './targets.js'

const SECONDS = 12

t.setTimeout(120_000)

t.test(
  'while Redis is cut off, frozen, emptied and restarted, no read fails and none is stale after a 200',
  { skip: needsOwnRedis },
  async (t) => {
    const redis = await startRedis()
    t.teardown(() => redis.stop())
    const { origin, address } = await startOrigin(t, SAMPLE)
    const fleet = await startFleet(t, {
      size: 3,
      environment: {
        ...{ ORIGIN_URL: address, REDIS_URL: redis.url, REDIS_CONNECT_TIMEOUT_MS: '1000' },
        // So short that some become pending.
        INVALIDATION_TIMEOUT_MS: '300'
      }
    })
    let isOver = false
    const afflicted = afflict(redis, () => isOver)
    const figures = await run({
      fleet,
      origin,
      random: seededRandom(SEED),
      seconds: SECONDS
    }).finally(() => {
      isOver = true
    })
    const counts = await afflicted
    const epochs = await metricOf(fleet, 'epochs_begun_total')
    const refused = await metricOf(fleet, 'fills_dropped_total', { reason: 'refused' })
    t.comment(
      `${SECONDS} s, seed ${SEED}: ${describe(figures)} · ${refused} refused fills · ${epochs} epochs`
    )
    t.comment([...counts].map(([name, count]) => `${count} times ${name}`).join(' · '))

    t.strictSame(
      figures.stale,
      [],
      'no stale read after a 200, nor after a write whose answer says nothing else'
    )
    t.strictSame(figures.failed, [], 'no failed read')
    t.equal(counts.size, 6, 'every misfortune happened')
    t.ok((figures.outcomes.get('hit') ?? 0) > 5 * SECONDS, 'there were hits')
    t.ok((figures.outcomes.get('store-unavailable') ?? 0) > SECONDS, 'there were reads without the store')
    t.ok([...figures.writes.values()].reduce((sum, count) => sum + count, 0) > SECONDS / 2, 'and 200s')
    t.ok(figures.pending + figures.unconfirmed > 0, 'and some that were pending')
  }
)
