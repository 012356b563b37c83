import type { Test } from 'tap'
import { seededRandom } from '../../demo/origin/random.js'
import { describe, type Figures } from '../coherence/figures.js'
import { metricOf, startFleet } from '../coherence/fleet.js'
import { run } from '../coherence/run.js'
import { SEED } from '../coherence/settings.js'
import { SAMPLE } from '../coherence/targets.js'
import { startOrigin } from '../demo/start-origin.js'
import { eventually } from '../support/eventually.js'
import type { ServerNode } from './servers.js'

export interface SwapOptions {
  readonly prefix: string
  readonly environment: Readonly<Record<string, string>>
  /** Asks for the roles of master and replica to be swapped, both alive; fails where the last swap has not ended. */
  readonly swap: () => Promise<unknown>
}

/** `SWAPS` by hand, such as 20; each takes some seconds. */
export const SWAPS = Number(process.env['SWAPS'] ?? 2)
const SIDECARS = 2
const LONGEST_SECONDS = 30 * SWAPS

/**
 * Reads, writes and invalidations on two sidecars, which keep their connections to a master that has become a replica,
 * while the roles are swapped again and again. No read may be stale after an acknowledged invalidation.
 */
export const swapRoles = async (t: Test, { prefix, environment, swap }: SwapOptions): Promise<void> => {
  const { origin, address } = await startOrigin(t, SAMPLE)
  const fleet = await startFleet(t, {
    size: SIDECARS,
    environment: { ORIGIN_URL: address, KEY_PREFIX: prefix, REDIS_COMMAND_TIMEOUT_MS: '1000', ...environment }
  })
  const seen = { hits: 0, acknowledged: 0 }
  let isOver = false
  const isEnough = (figures: Figures): boolean => {
    seen.hits = figures.outcomes.get('hit') ?? 0
    seen.acknowledged = [...figures.writes.values()].reduce((sum, count) => sum + count, 0)
    return isOver
  }
  const running = run({ fleet, origin, random: seededRandom(SEED), seconds: LONGEST_SECONDS, isEnough })
  /** Hits and acknowledged invalidations on both, beyond those until now. */
  const goOn = async (): Promise<void> => {
    const before = { ...seen }
    await eventually(() => seen.hits > before.hits + 100 && seen.acknowledged > before.acknowledged + 5, {
      timeoutMs: 20_000
    })
  }
  await goOn()
  for (let swaps = 0; swaps < SWAPS; swaps++) {
    const epochs = await metricOf(fleet, 'epochs_begun_total')
    await eventually(() => swap().then(() => true), { timeoutMs: 20_000, intervalMs: 200 })
    const isNoticed = async (): Promise<boolean> =>
      (await metricOf(fleet, 'epochs_begun_total')) > epochs &&
      (await metricOf(fleet, 'store_up')) === SIDECARS
    await eventually(isNoticed, { timeoutMs: 20_000 })
    await goOn()
  }
  isOver = true
  const figures = await running
  t.comment(`${SWAPS} swaps; ${describe(figures)}`)
  t.strictSame(figures.failed, [], 'no failed read')
  t.strictSame(figures.stale, [], 'no stale read after an acknowledged invalidation')
}

/** The one of these that is a replica now. */
export const replicaAmong = async (nodes: readonly ServerNode[]): Promise<ServerNode> => {
  for (const node of nodes) if ((await node.info('replication')).includes('role:slave')) return node
  throw new Error('none of them is a replica')
}
