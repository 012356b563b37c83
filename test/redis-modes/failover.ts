import type { Test } from 'tap'
import { seededRandom } from '../../demo/origin/random.js'
import { describe, type Figures } from '../coherence/figures.js'
import { metricOf, startFleet } from '../coherence/fleet.js'
import { run } from '../coherence/run.js'
import { SEED } from '../coherence/settings.js'
import { SAMPLE } from '../coherence/targets.js'
import { startOrigin } from '../demo/start-origin.js'
import { eventually } from '../support/eventually.js'

export interface FailoverOptions {
  readonly prefix: string
  readonly environment: Readonly<Record<string, string>>
  /** Takes the master away. */
  readonly strike: () => Promise<unknown>
}

const SIDECARS = 2
const LONGEST_SECONDS = 30
const HITS_EACH = 200

/**
 * Reads, writes and invalidations on two sidecars; the master is taken away once there were hits and
 * acknowledgements, and the run ends when there were as many again from the new one.
 */
export const failOver = async (t: Test, { prefix, environment, strike }: FailoverOptions): Promise<void> => {
  const { origin, address } = await startOrigin(t, SAMPLE)
  const fleet = await startFleet(t, {
    size: SIDECARS,
    environment: {
      ...{ ORIGIN_URL: address, KEY_PREFIX: prefix, REDIS_COMMAND_TIMEOUT_MS: '1000' },
      ...environment
    }
  })
  const seen = { hits: 0, acknowledged: 0, hitsAtRecovery: 0, acknowledgedAtRecovery: 0 }
  let isRecovered = false
  const note = (figures: Figures): boolean => {
    seen.hits = figures.outcomes.get('hit') ?? 0
    seen.acknowledged = [...figures.writes.values()].reduce((sum, count) => sum + count, 0)
    return (
      isRecovered &&
      seen.hits > seen.hitsAtRecovery + HITS_EACH &&
      seen.acknowledged > seen.acknowledgedAtRecovery + 5
    )
  }
  const running = run({
    ...{ fleet, origin, random: seededRandom(SEED), seconds: LONGEST_SECONDS },
    isEnough: note
  })

  const areUp = async (): Promise<boolean> => (await metricOf(fleet, 'store_up')) === SIDECARS
  await eventually(() => seen.hits > HITS_EACH && seen.acknowledged > 5)
  const epochs = await metricOf(fleet, 'epochs_begun_total')
  await strike()
  const struckAt = performance.now()
  await eventually(async () => !(await areUp()))
  await eventually(areUp, { timeoutMs: 20_000 })
  seen.hitsAtRecovery = seen.hits
  seen.acknowledgedAtRecovery = seen.acknowledged
  isRecovered = true
  const recoveredAfterMs = performance.now() - struckAt
  const figures = await running

  t.comment(`recovered after ${Math.round(recoveredAfterMs)} ms; ${describe(figures)}`)
  t.strictSame(figures.failed, [], 'no failed read')
  // Replication is asynchronous, so the new master may lack the last records: its new epoch is why none is needed.
  t.strictSame(figures.stale, [], 'no stale read after an acknowledged invalidation')
  t.ok((await metricOf(fleet, 'epochs_begun_total')) > epochs, 'the new master begins a new epoch')
  t.ok(seen.hits > seen.hitsAtRecovery + HITS_EACH, 'there are hits from the new master')
  t.ok(seen.acknowledged > seen.acknowledgedAtRecovery, 'and invalidations are acknowledged again')
}
