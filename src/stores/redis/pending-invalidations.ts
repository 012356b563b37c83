import type { StoreFault } from '../../cache/errors.js'
import type { Invalidation } from '../../cache/invalidate/invalidation.js'
import type { Invalidated, InvalidateOptions } from '../../cache/store.js'
import type { Journal } from '../journal.js'
import { withinBudget } from '../time-budget.js'
import { faultOf } from './connection/error-replies.js'
import type { RedisConnection, Run } from './connection/connection.js'

export interface PendingInvalidationsOptions {
  readonly connection: RedisConnection
  readonly journal: Journal
  readonly remove: (run: Run, invalidation: Invalidation) => Promise<Invalidated>
  readonly commandTimeoutMs: number
  /** Longest that an invalidation is waited for. */
  readonly timeoutMs: number
  readonly mostWaiting?: number
}

const PENDING: Invalidated = { outcome: 'pending' }

/** Each holds an answer, and perhaps a connection to the origin: those beyond are pending at once. */
const MOST_WAITING = 1000

/**
 * Invalidations, each until it has been carried out or its time is over; only then it is `pending`. One that does not
 * succeed within the time budget of a command goes to the journal, and the connection down: nothing is read from Redis until
 * the journal has been replayed, also on a new connection. Who waits is told by whatever carries it out first, the late
 * answer to the first attempt or the replay; to do both is harmless.
 */
export const createPendingInvalidations = ({
  connection,
  journal,
  remove,
  ...options
}: PendingInvalidationsOptions) => {
  const { commandTimeoutMs, timeoutMs, mostWaiting = MOST_WAITING } = options
  const waiting = new Set<() => void>()
  let isEnding = false

  const carryOut = (invalidation: Invalidation, waitMs: number): Promise<Invalidated> => {
    let isKept = false
    let forget = (): void => undefined

    const keep = (fault: StoreFault): void => {
      isKept = true
      journal.add(invalidation)
      if (connection.state === 'up') connection.markDown(fault)
    }
    const done = new Promise<Invalidated>((resolve) => {
      const end = (): void => resolve(PENDING)
      const wait = (fault: StoreFault): void => {
        if (isKept) return
        keep(fault)
        if (isEnding || waitMs === 0 || waiting.size >= mostWaiting) {
          end()
          return
        }
        waiting.add(end)
        const stopListening = journal.whenDone((id) => resolve({ outcome: 'done', id, removed: 0 }))
        forget = () => {
          waiting.delete(end)
          stopListening()
        }
      }
      if (connection.state === 'down') {
        wait({ kind: 'down', message: 'the store is down' })
        return
      }
      const run = connection.runPatiently(() =>
        wait({ kind: 'timeout', message: `an invalidation got no answer within ${commandTimeoutMs} ms` })
      )
      remove(run, invalidation).then(resolve, (error: unknown) => {
        const { kind, message } = faultOf(error)
        wait({ kind, message: `an invalidation failed: ${message}` })
      })
    })
    // The first attempt has the budget of a command, whatever the caller asks for.
    const boundMs = Math.max(waitMs, Math.min(commandTimeoutMs, timeoutMs))
    return withinBudget(done, boundMs)
      .catch(() => {
        if (!isKept) keep({ kind: 'timeout', message: 'an invalidation was not carried out in time' })
        return PENDING
      })
      .finally(() => forget())
  }

  return {
    /** Never rejects. */
    invalidate: (invalidation: Invalidation, { waitMs = timeoutMs }: InvalidateOptions = {}) =>
      carryOut(invalidation, Math.min(waitMs, timeoutMs)),
    /** Those that wait are pending from now on, and so is each that would have to wait. */
    endWaiting: (): void => {
      isEnding = true
      for (const end of waiting) end()
    }
  }
}
