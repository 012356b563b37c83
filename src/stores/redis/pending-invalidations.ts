import type { StoreFault } from '../../cache/errors.js'
import type { Invalidation } from '../../cache/invalidation.js'
import type { InvalidateResult, Store } from '../../cache/store.js'
import type { Journal } from '../journal.js'
import { withinBudget } from '../time-budget.js'
import { faultOf } from './connection/error-replies.js'
import type { Connection, ConnectionOptions } from './connection/connection.js'
import type { RedisInvalidate } from './invalidate.js'

export interface PendingInvalidationsOptions extends Pick<ConnectionOptions, 'commandTimeoutMs' | 'clock'> {
  readonly connection: Connection
  readonly journal: Journal
  readonly invalidateNow: RedisInvalidate
  /** Longest that an invalidation is waited for. */
  readonly invalidationTimeoutMs: number
}

const PENDING: InvalidateResult = { outcome: 'pending' }

/** Each holds an answer, and perhaps a connection to the origin: those beyond are pending at once. */
const MOST_WAITING = 1000

/**
 * Invalidations, each until it has been carried out or its time is over; only then it is `pending`. One that does not
 * succeed within the time budget of a command goes to the journal, and the connection down: nothing is read from Redis until
 * the journal has been replayed, also on a new connection. Who waits is told by whatever carries it out first, the late
 * answer to the first attempt or the replay; to do both is harmless.
 */
export class PendingInvalidations {
  readonly #options: PendingInvalidationsOptions
  /** How to end the waiting of each that waits. */
  readonly #waiting = new Set<() => void>()
  #isEnding = false

  constructor(options: PendingInvalidationsOptions) {
    this.#options = options
  }

  /** Never rejects. */
  readonly invalidate: Store['invalidate'] = (invalidation, { waitMs = Infinity } = {}) => {
    const { commandTimeoutMs, invalidationTimeoutMs: timeoutMs, clock } = this.#options
    const attempt: Attempt = {
      invalidation,
      waitMs: Math.min(waitMs, timeoutMs),
      isInJournal: false,
      forget: () => undefined
    }
    // The first attempt has the budget of a command, whatever the caller asks for.
    const boundMs = Math.max(attempt.waitMs, Math.min(commandTimeoutMs, timeoutMs))
    return withinBudget(this.#carryOut(attempt), boundMs, clock)
      .catch(() => {
        if (!attempt.isInJournal)
          this.#keep(attempt, { kind: 'timeout', message: 'an invalidation was not carried out in time' })
        return PENDING
      })
      .finally(() => attempt.forget())
  }

  /** Those that wait are pending from now on, and so is each that would have to wait. */
  endWaiting(): void {
    this.#isEnding = true
    for (const end of this.#waiting) end()
  }

  #carryOut(attempt: Attempt): Promise<InvalidateResult> {
    const { connection, invalidateNow, commandTimeoutMs } = this.#options
    return new Promise((resolve) => {
      const wait = (fault: StoreFault): void => this.#wait(attempt, fault, resolve)
      if (connection.state === 'down') {
        wait({ kind: 'down', message: 'the store is down' })
        return
      }
      const run = connection.runPatiently(() =>
        wait({ kind: 'timeout', message: `an invalidation got no answer within ${commandTimeoutMs} ms` })
      )
      invalidateNow(run, attempt.invalidation).then(resolve, (error: unknown) => {
        const { kind, message } = faultOf(error)
        wait({ kind, message: `an invalidation failed: ${message}` })
      })
    })
  }

  /** The journal has it from now on; it is waited for, unless nobody may. */
  #wait(attempt: Attempt, fault: StoreFault, resolve: (result: InvalidateResult) => void): void {
    if (attempt.isInJournal) return
    this.#keep(attempt, fault)
    const end = (): void => resolve(PENDING)
    if (this.#isEnding || attempt.waitMs === 0 || this.#waiting.size >= MOST_WAITING) {
      end()
      return
    }
    this.#waiting.add(end)
    const stopListening = this.#options.journal.whenDone((position) =>
      resolve({ outcome: 'done', position, removed: 0 })
    )
    attempt.forget = () => {
      this.#waiting.delete(end)
      stopListening()
    }
  }

  #keep(attempt: Attempt, fault: StoreFault): void {
    const { connection, journal } = this.#options
    attempt.isInJournal = true
    journal.add(attempt.invalidation)
    if (connection.state === 'up') connection.markDown(fault)
  }
}

/** One invalidation on its way. */
interface Attempt {
  readonly invalidation: Invalidation
  readonly waitMs: number
  isInJournal: boolean
  /** Ends what it has begun to listen to. */
  forget: () => void
}
