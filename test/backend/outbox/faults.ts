import { setTimeout as delay } from 'node:timers/promises'
import type { Stage } from './stage.js'

/** Something that ends in the middle of writes, and comes back. */
export interface Fault {
  readonly title: string
  /** Calls `write` once. Resolves when all is back and the last write is committed. */
  readonly strike: (stage: Stage, write: () => Promise<void>) => Promise<void>
}

export interface FaultReport {
  /** Attempts that failed, and were made again. */
  readonly failed: number
  /** Rows that waited when all was back. */
  readonly waiting: number
  /** From then on, until the last of them was gone. */
  readonly emptyAfterMs: number
}

/** One for each strike: another write would invalidate what a lost one has left. */
const CHANGES: readonly ((mark: string) => string)[] = [
  // agencies/branches
  (mark) => `UPDATE spms_branch SET name = '${mark}' WHERE id = 3`,
  // users/me of the colleague
  (mark) => `UPDATE spms_contact SET phone = '${mark}' WHERE user_id = 9`,
  // users/me of the administrator
  (mark) => `UPDATE spms_profile SET title = '${mark}' WHERE user_id = 1`,
  // users/staffprofiles/15, its parts, and the directory
  (mark) => `UPDATE spms_staffprofile SET about = '${mark}' WHERE id = 15`,
  // users/staffprofiles/11/cv
  (mark) => `UPDATE spms_educationentry SET institution = '${mark}' WHERE public_profile_id = 11`,
  // users/4/projects
  () =>
    'WITH gone AS (DELETE FROM spms_projectmember WHERE project_id = 17 AND user_id = 4 RETURNING id) ' +
    'INSERT INTO spms_projectmember (project_id, user_id, is_leader, role, time_allocation, position, comments, short_code, created_at, updated_at) ' +
    "SELECT 17, 4, false, 'x', 0, 9, '', '', now(), now() WHERE NOT EXISTS (SELECT FROM gone)"
]

const AGAIN_AFTER_MS = 50
const TRIES = 200

/** Writes while it strikes for the nth time, and waits until the outbox is empty. */
export const strike = async (stage: Stage, fault: Fault, nth: number): Promise<FaultReport> => {
  let failed = 0
  const commit = async (statement: string): Promise<void> => {
    for (let at = 0; at < TRIES; at++) {
      try {
        await stage.writers.execute(statement)
        return
      } catch {
        failed++
        await delay(AGAIN_AFTER_MS)
      }
    }
    throw new Error(`Not committed: ${statement}`)
  }
  const change = CHANGES[nth % CHANGES.length] ?? String
  await fault.strike(stage, () => commit(change(`strike ${nth}`)))
  const waiting = await stage.rows()
  return { failed, waiting, emptyAfterMs: await stage.becomesEmpty() }
}

/** About as long as a write and its invalidation take. */
const MEANWHILE_MS = 10

export const faults: readonly Fault[] = [
  {
    title: 'one of two sidecars is killed',
    strike: async (stage, write) => {
      const [killed, left] = stage.sidecars
      const writing = write()
      await delay(Math.random() * MEANWHILE_MS)
      await killed?.stop('SIGKILL')
      await writing
      const started = await stage.startSidecar()
      stage.sidecars = [started, ...(left === undefined ? [] : [left])]
    }
  },
  {
    title: 'both sidecars are killed',
    strike: async (stage, write) => {
      const writing = write()
      await delay(Math.random() * MEANWHILE_MS)
      await Promise.all(stage.sidecars.map((sidecar) => sidecar.stop('SIGKILL')))
      await writing
      stage.sidecars = await Promise.all([stage.startSidecar(), stage.startSidecar()])
    }
  },
  {
    title: 'Redis is killed, and comes back with the entries of before',
    strike: async (stage, write) => {
      await stage.redis.cli('save')
      await stage.redis.kill()
      await write()
      await stage.redis.restart({ keepData: true })
    }
  },
  {
    title: 'Redis is killed in the middle of writes, and comes back empty',
    strike: async (stage, write) => {
      const writing = write()
      await delay(Math.random() * MEANWHILE_MS)
      await stage.redis.kill()
      await writing
      await stage.redis.restart()
    }
  },
  {
    title: 'PostgreSQL is killed in the middle of writes, and starts again on what was committed',
    strike: async (stage, write) => {
      const writing = write()
      await delay(Math.random() * MEANWHILE_MS)
      await stage.backend.database.server.restart({ awayMs: 300 })
      await writing
    }
  }
]
