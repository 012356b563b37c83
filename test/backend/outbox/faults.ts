import { setTimeout as delay } from 'node:timers/promises'
import { seededRandom } from '../../../demo/origin/random.js'
import { writeSome } from './rounds.js'
import type { Stage } from './stage.js'

/** Something that ends in the middle of writes, and comes back. */
export interface Fault {
  readonly title: string
  /** Resolves when all is back and the last write has ended. */
  readonly strike: (stage: Stage, write: (count: number) => Promise<void>) => Promise<void>
}

export interface FaultReport {
  /** Carried out; the others failed, or may have been carried out before the answer was lost. */
  readonly writes: number
  readonly failed: number
  /** Rows that waited when all was back. */
  readonly waiting: number
  /** From then on, until the last of them was gone. */
  readonly emptyAfterMs: number
}

/** Writes before, while and after it strikes; then waits until the outbox is empty. */
export const strike = async (stage: Stage, fault: Fault, seed: number): Promise<FaultReport> => {
  const random = seededRandom(seed)
  let writes = 0
  let failed = 0
  const write = async (count: number): Promise<void> => {
    for (let at = 0; at < count; at++) {
      try {
        await writeSome(stage, 1, random)
        writes++
      } catch {
        failed++
      }
    }
  }
  await fault.strike(stage, write)
  const waiting = await stage.rows()
  return { writes, failed, waiting, emptyAfterMs: await stage.becomesEmpty() }
}

const SOME = 20

export const faults: readonly Fault[] = [
  {
    title: 'one of two sidecars is killed',
    strike: async (stage, write) => {
      const [killed, left] = stage.sidecars
      const writing = write(SOME)
      await delay(30)
      await killed?.stop('SIGKILL')
      await writing
      const started = await stage.startSidecar()
      stage.sidecars = [started, ...(left === undefined ? [] : [left])]
    }
  },
  {
    title: 'both sidecars are killed',
    strike: async (stage, write) => {
      const writing = write(SOME)
      await delay(30)
      await Promise.all(stage.sidecars.map((sidecar) => sidecar.stop('SIGKILL')))
      await writing
      await write(SOME)
      stage.sidecars = await Promise.all([stage.startSidecar(), stage.startSidecar()])
    }
  },
  {
    title: 'Redis is killed, and comes back with the entries of before',
    strike: async (stage, write) => {
      await stage.redis.cli('save')
      await stage.redis.kill()
      await write(SOME)
      await stage.redis.restart({ keepData: true })
      await write(SOME)
    }
  },
  {
    title: 'Redis is killed in the middle of writes, and comes back empty',
    strike: async (stage, write) => {
      const writing = write(SOME)
      await delay(30)
      await stage.redis.kill()
      await writing
      await stage.redis.restart()
    }
  },
  {
    title: 'PostgreSQL is killed, and starts again on what was committed',
    strike: async (stage, write) => {
      const writing = write(SOME)
      await delay(30)
      await stage.backend.database.server.restart({ awayMs: 300 })
      await writing
      await write(SOME)
    }
  }
]
