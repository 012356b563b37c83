import type { Invalidate } from '../cache/invalidate/invalidate.js'
import type { Observer } from '../cache/observer.js'
import type { OutboxFault } from '../cache/outbox-events.js'
import { faultOf } from './faults.js'
import { type Folded, foldRows } from './fold.js'
import type { OutboxRow } from './replies.js'
import type { Session } from './session.js'
import { Wake } from './wake.js'

/** What the reader needs of a session. */
export type OutboxSession = Pick<Session, 'wokenBy' | 'open' | 'take' | 'end' | 'count' | 'close' | 'destroy'>

export interface ReaderOptions {
  /** A session that is not open yet; `notified` is to be called for each notification. */
  readonly createSession: (notified: () => void) => OutboxSession
  readonly invalidate: Invalidate
  readonly observer: Observer
  /** Of the names, as the store has it. */
  readonly prefix: string
  /** Longest that one invalidation is waited for: the server is told to allow a pause of this length. */
  readonly acknowledgeMs: number
  readonly pollMs: number
  /** Milliseconds, for durations. */
  readonly elapsed: () => number
  /** From 0 to 1. */
  readonly random: () => number
}

/** From one transaction to the next where notifications come all the time: they wake every sidecar. */
const LEAST_PAUSE_MS = 20
/** After everything was invalidated: the rows of this time are invalidated together. */
const WIDE_PAUSE_MS = 200
const FIRST_RETRY_MS = 100
const LONGEST_RETRY_MS = 5000
/** How often rows that wait are counted. */
const COUNT_MS = 15_000
/** A transaction in progress may take so long when the reader stops; then the server takes it back. */
const STOP_MS = 1000

/**
 * Takes rows of the outbox, invalidates what they name, and deletes them once that has been acknowledged:
 *
 *     BEGIN, DELETE … RETURNING       nobody else sees these rows from here on
 *     invalidate                      the store has a record: fills that began before it are refused
 *     COMMIT                          or ROLLBACK where the store has not taken it: the rows are there again
 *
 * What ends this process, the connection or the database in between brings the rows back, and they are invalidated once
 * more, which is harmless.
 */
export class OutboxReader {
  readonly #options: ReaderOptions
  readonly #wake = new Wake()
  #session: OutboxSession | undefined
  #running: Promise<void> | undefined
  #isStopped = false
  #failures = 0
  #takenAt = -Infinity
  #countedAt = -Infinity
  #announced: 'up' | 'down' | undefined

  constructor(options: ReaderOptions) {
    this.#options = options
  }

  start(): void {
    this.#running ??= this.#run()
  }

  /** Resolves in a bounded time, whatever the database does: nothing is invalidated any more. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#wake.finish()
    const timer = setTimeout(() => this.#session?.destroy(), STOP_MS)
    // An invalidation under way is not waited for: its rows come back.
    await Promise.race([this.#running, new Promise((resolve) => setTimeout(resolve, STOP_MS))])
    clearTimeout(timer)
    await this.#session?.close()
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      try {
        await this.#round()
      } catch (error) {
        this.#session?.destroy()
        this.#session = undefined
        await this.#failed(faultOf(error))
      }
    }
  }

  async #round(): Promise<void> {
    const { pollMs, createSession } = this.#options
    if (this.#session === undefined) {
      this.#session = createSession(() => this.#wake.wake())
      await this.#session.open()
    }
    await this.#wake.pause(this.#takenAt + LEAST_PAUSE_MS - this.#options.elapsed())
    const outcome = await this.#takeBatch(this.#session)
    this.#announceUp(this.#session)
    await this.#count(this.#session)
    if (outcome === 'pending') return this.#failed({ kind: 'pending', reason: 'the store has not taken it' })
    this.#failures = 0
    if (outcome === 'empty') await this.#wake.untilWoken(pollMs)
    if (outcome === 'wide') await this.#wake.pause(WIDE_PAUSE_MS)
  }

  async #takeBatch(session: OutboxSession): Promise<'empty' | 'taken' | 'wide' | 'pending'> {
    const { observer, prefix, elapsed } = this.#options
    this.#takenAt = elapsed()
    const rows = await session.take()
    if (rows.length === 0) {
      await session.end('COMMIT')
      return 'empty'
    }
    const rowsAt = elapsed()
    const folded = await foldRows(rows, prefix)
    for (const row of folded.unreadable) observer.outboxRowUnreadable(row)
    if (!(await this.#carryOut(folded))) {
      await session.end('ROLLBACK')
      return 'pending'
    }
    const sinceMs = elapsed() - rowsAt
    await session.end('COMMIT')
    observer.outboxTaken({ delaysMs: rows.map(({ age }: OutboxRow) => Math.max(0, age) + sinceMs) })
    if (folded.widened > 0) observer.invalidationsFolded({ cause: 'outbox', count: folded.widened })
    return folded.invalidations.some(({ all }) => all) ? 'wide' : 'taken'
  }

  /** Whether all of it has been acknowledged. One that has to wait may have the whole time, and is then the last. */
  async #carryOut({ invalidations }: Folded): Promise<boolean> {
    const { invalidate, acknowledgeMs, elapsed } = this.#options
    const until = elapsed() + acknowledgeMs
    for (const invalidation of invalidations) {
      if (elapsed() > until) return false
      const { outcome } = await invalidate(invalidation, 'outbox', { waitMs: acknowledgeMs })
      if (outcome === 'pending') return false
    }
    return true
  }

  async #count(session: OutboxSession): Promise<void> {
    const { observer, elapsed } = this.#options
    if (elapsed() - this.#countedAt < COUNT_MS) return
    observer.outboxCounted(await session.count())
    this.#countedAt = elapsed()
  }

  async #failed(fault: OutboxFault): Promise<void> {
    const { observer, random } = this.#options
    if (this.#isStopped) return
    observer.outboxFailed(fault)
    if (fault.kind !== 'pending') {
      if (this.#announced !== 'down') observer.outboxChanged({ state: 'down', ...fault })
      this.#announced = 'down'
    }
    const delayMs = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#failures++)
    await this.#wake.pause(delayMs * (0.5 + random() / 2))
  }

  #announceUp({ wokenBy }: OutboxSession): void {
    if (this.#announced !== 'up') this.#options.observer.outboxChanged({ state: 'up', wokenBy })
    this.#announced = 'up'
  }
}
