import t from 'tap'
import { seededRandom } from '../../demo/origin/random.js'
import { startOrigin } from '../demo/start-origin.js'
import { describe } from './figures.js'
import { metricOf, startFleet } from './fleet.js'
import { run } from './run.js'
import { SEED } from './settings.js'
import { SAMPLE } from './targets.js'

const SECONDS = 6

t.setTimeout(120_000)

t.test('one sidecar with the memory store keeps the same promise', async (t) => {
  const { origin, address } = await startOrigin(t, SAMPLE)
  const fleet = await startFleet(t, {
    size: 1,
    environment: { ORIGIN_URL: address, CACHE_STORE: 'memory' }
  })
  const figures = await run({
    fleet,
    origin,
    random: seededRandom(SEED),
    seconds: SECONDS
  })
  const refused = await metricOf(fleet, 'fills_dropped_total', { reason: 'refused' })
  t.comment(`${SECONDS} s, seed ${SEED}: ${describe(figures)} · ${refused} refused fills`)

  t.strictSame(figures.stale, [], 'no stale read')
  t.strictSame(figures.failed, [], 'no failed read')
  t.ok((figures.outcomes.get('hit') ?? 0) > 10 * SECONDS, 'there were hits')
  t.ok((figures.outcomes.get('collapsed') ?? 0) > SECONDS, 'there were collapsed reads')
  t.ok(refused > SECONDS, 'there were fills that the fence refused')
})
