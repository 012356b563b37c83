import { setTimeout as pause } from 'node:timers/promises'
import type { RedisServer } from '../support/redis-server.js'

/** Time to recover in between, so that there are hits and acknowledgements to look at. */
const QUIET_MS = 800
/** The longest write of a run, and then a read on each sidecar: all of them have seen the last record. */
const SETTLED_MS = 700
/** What is lost: the writes of so long. */
const LOST_MS = 600

export interface Restarts {
  /** Whether each sidecar remembers all that was acknowledged: no write is under way. */
  readonly isSettling: () => boolean
  /** Resolves with how often each has happened, once the run is over. */
  readonly ended: Promise<ReadonlyMap<string, number>>
}

/**
 * Restarts the server again and again: with all of its data, with that of a snapshot, and with none. `hasIdentity`: whether
 * the server says that it is another one. Where it does not, a sidecar can only miss what it has seen before, so the writer
 * rests until all have seen what is lost then.
 */
export const restartAgainAndAgain = (
  redis: RedisServer,
  { hasIdentity, isOver }: { readonly hasIdentity: boolean; readonly isOver: () => boolean }
): Restarts => {
  let isSettling = false
  const settle = async (strike: () => Promise<void>): Promise<void> => {
    isSettling = !hasIdentity
    if (isSettling) await pause(SETTLED_MS)
    await strike()
    isSettling = false
  }
  const strikes = {
    'with all of its data': () => settle(() => redis.restart({ keepData: true })),
    'with an older snapshot': async () => {
      await redis.cli('save')
      await pause(LOST_MS)
      await settle(async () => {
        await redis.kill()
        await redis.restart({ keepData: true })
      })
    },
    empty: () => settle(() => redis.restart())
  }
  const strikeInTurn = async () => {
    const counts = new Map<string, number>()
    while (!isOver()) {
      for (const [name, strike] of Object.entries(strikes)) {
        await pause(QUIET_MS)
        if (isOver()) break
        await strike()
        counts.set(name, (counts.get(name) ?? 0) + 1)
      }
    }
    return counts
  }
  return { isSettling: () => isSettling, ended: strikeInTurn() }
}
