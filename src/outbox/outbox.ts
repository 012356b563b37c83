import type { Invalidate } from '../cache/invalidate/invalidate.js'
import type { Observer } from '../cache/observer.js'
import type { OutboxAddress } from './address.js'
import { OutboxReader } from './reader.js'
import { Session } from './session.js'

export { OutboxSettingsError, parseOutboxAddress } from './address.js'

export interface OutboxOptions {
  readonly address: OutboxAddress
  readonly passwordFile: string | undefined
  readonly ca: string | undefined
  /** `table` or `schema.table`. */
  readonly table: string
  readonly pollMs: number
  /** Longest that the store takes for an invalidation before it is pending. */
  readonly invalidationMs: number
  readonly prefix: string
  readonly invalidate: Invalidate
  readonly observer: Observer
  readonly times?: OutboxTimes
}

/** Bounds in milliseconds. */
export interface OutboxTimes {
  readonly connectMs: number
  /** The server gives up a statement after so long, this process a while later. */
  readonly statementMs: number
  readonly lockMs: number
}

const TIMES: OutboxTimes = { connectMs: 5000, statementMs: 10_000, lockMs: 2000 }
/** An answer has so long to come, beyond the time of the statement. */
const ON_THE_WAY_MS = 2000
/** The store may be allowed an hour: no transaction is held open for that long. */
const LONGEST_ACKNOWLEDGE_MS = 30_000
/** Beyond two acknowledgements, the longest that a batch waits for: the fold, and the way to the database. */
const BESIDE_MS = 5000

/** The reader of the outbox, not started. */
export const createOutbox = (options: OutboxOptions): Pick<OutboxReader, 'start' | 'stop'> => {
  const { address, passwordFile, ca, table, times = TIMES } = options
  const acknowledgeMs = Math.min(options.invalidationMs, LONGEST_ACKNOWLEDGE_MS)
  const limits = {
    statementMs: times.statementMs,
    lockMs: times.lockMs,
    idleMs: 2 * acknowledgeMs + BESIDE_MS
  }
  const answerMs = times.statementMs + ON_THE_WAY_MS
  const session = { address, passwordFile, ca, table, limits, connectMs: times.connectMs, answerMs }
  return new OutboxReader({
    ...options,
    acknowledgeMs,
    createSession: (notified) => new Session({ ...session, notified }),
    elapsed: performance.now.bind(performance),
    random: Math.random
  })
}
