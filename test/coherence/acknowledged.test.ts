import t from 'tap'
import { seededRandom } from '../../demo/origin/random.js'
import { startOrigin } from '../demo/start-origin.js'
import { startRedis } from '../support/redis-server.js'
import { describe } from './figures.js'
import { metricOf, startFleet } from './fleet.js'
import { run } from './run.js'
import { LONG_SECONDS, SEED } from './settings.js'
import { SAMPLE, targetsAt } from './targets.js'

t.setTimeout((LONG_SECONDS + 60) * 1000)

t.test(
  'three sidecars on one Redis never answer what an acknowledged invalidation has made old',
  async (t) => {
    const redis = await startRedis()
    t.teardown(() => redis.stop())
    const { origin, address } = await startOrigin(t, SAMPLE)
    const fleet = await startFleet(t, {
      size: 3,
      // A store that is down for a moment would acknowledge nothing: this run is about one that is up.
      environment: { ORIGIN_URL: address, REDIS_URL: redis.url, REDIS_COMMAND_TIMEOUT_MS: '5000' }
    })

    const figures = await run({
      fleet,
      origin,
      random: seededRandom(SEED),
      seconds: LONG_SECONDS
    })
    const refused = await metricOf(fleet, 'fills_dropped_total', { reason: 'refused' })
    t.comment(`${LONG_SECONDS} s, seed ${SEED}: ${describe(figures)} · ${refused} refused fills`)

    t.strictSame(figures.stale, [], 'no stale read')
    t.strictSame(figures.failed, [], 'no failed read')
    t.equal(figures.pending, 0, 'every invalidation was acknowledged')
    t.equal(await metricOf(fleet, 'invalidations_total', { outcome: 'pending' }), 0, 'also those of writes')
    t.ok((figures.outcomes.get('hit') ?? 0) > 10 * LONG_SECONDS, 'there were hits')
    t.ok((figures.outcomes.get('collapsed') ?? 0) > LONG_SECONDS, 'there were collapsed reads')
    t.ok(refused > LONG_SECONDS, 'there were fills that the fence refused')
    for (const kind of ['key', 'tag', 'pattern', 'proxy'] as const) {
      t.ok((figures.writes.get(kind) ?? 0) > LONG_SECONDS / 6, `there were writes announced by ${kind}`)
    }
    for (const { name } of targetsAt(origin)) t.ok(figures.hits.has(name), `there were hits of ${name}`)
  }
)
