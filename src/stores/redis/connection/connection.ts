import { type StoreFault, StoreUnavailableError } from '../../../cache/errors.js'
import type { Observer } from '../../../cache/observer.js'
import type { StoreState } from '../../../cache/store.js'
import { Breaker } from '../../breaker.js'
import { BudgetExceededError, type Clock, systemClock } from '../../time-budget.js'
import { Batches } from './batches.js'
import type { RedisClient } from './client.js'
import { faultOf, isWrongConnection, isWrongServer } from './error-replies.js'
import { Upkeep } from './upkeep.js'

export interface ConnectionOptions {
  readonly client: RedisClient
  readonly commandTimeoutMs: number
  readonly connectTimeoutMs: number
  readonly observer: Observer
  /** Runs before anything is served, on each new connection and each time it was marked down, by means of `run`. */
  readonly handshake: (run: Run) => Promise<void>
  /** Asked in the very turn in which the connection goes up; if there is more to do, the handshake is repeated. */
  readonly isHandshakeDone: () => boolean
  readonly clock?: Clock | undefined
}

/** Does one store operation within the time budget. */
export type Run = <T>(operation: string, work: () => Promise<T>) => Promise<T>

/**
 * The connection's health. It is up from the end of `handshake` until the connection is lost, the breaker
 * trips or somebody marks it down; while it is down, work fails at once and the connection tries again by
 * itself. A frozen server shows as time-outs: the connection is then dropped, and with it what was queued.
 */
export interface RedisConnection {
  readonly state: StoreState
  /** Rejects with `StoreUnavailableError`, at once while the connection is down. */
  readonly run: Run
  /**
   * The same for what must be carried out, late rather than never: a server that pauses, or a packet that is lost, is
   * waited for. `whenLate` is told of each operation that the time budget is over for.
   */
  readonly runPatiently: (whenLate: () => void) => Run
  /** Counts one more who waits for what has been run and has not begun yet. */
  join(): void
  /** Takes the connection down until `handshake` has succeeded again. */
  markDown(fault: StoreFault): void
  start(): void
  stop(): void
}

/** A lost packet is sent again after 200, 600 and 1,400 ms: a connection that is silent for so long is given up. */
const PATIENCE_MS = 1000

export const createConnection = (options: ConnectionOptions): RedisConnection => new Connection(options)

class Connection implements RedisConnection {
  readonly #observer: Observer
  readonly #clock: Clock
  readonly #breaker = new Breaker()
  readonly #batches: Batches
  readonly #upkeep: Upkeep

  constructor(options: ConnectionOptions) {
    const { client, observer, commandTimeoutMs: budgetMs, clock = systemClock } = options
    this.#observer = observer
    this.#clock = clock
    this.#batches = new Batches(client, { budgetMs, patienceMs: Math.max(PATIENCE_MS, budgetMs), clock })
    this.#upkeep = new Upkeep({
      ...options,
      clock,
      handshake: () => options.handshake((operation, work) => this.#attempt(operation, work, () => undefined))
    })
  }

  get state(): StoreState {
    return this.#upkeep.state
  }

  readonly run: Run = (operation, work) => this.#run(operation, work, undefined)

  runPatiently(whenLate: () => void): Run {
    return (operation, work) => this.#run(operation, work, whenLate)
  }

  join(): void {
    this.#batches.join()
  }

  markDown(fault: StoreFault): void {
    this.#upkeep.markDown(fault)
  }

  start(): void {
    this.#upkeep.start()
  }

  stop(): void {
    this.#upkeep.stop()
  }

  async #run<T>(operation: string, work: () => Promise<T>, whenLate: (() => void) | undefined): Promise<T> {
    if (this.#upkeep.state === 'down') throw new StoreUnavailableError('the store is down', { kind: 'down' })
    try {
      return await this.#attempt(operation, work, whenLate)
    } catch (cause) {
      throw this.#failed(operation, cause instanceof Error ? cause : new Error(String(cause)))
    }
  }

  async #attempt<T>(
    operation: string,
    work: () => Promise<T>,
    whenLate: (() => void) | undefined
  ): Promise<T> {
    const startedAt = this.#clock.now()
    try {
      const result = await this.#batches.run(work, whenLate)
      if (this.#breaker.isCounting) this.#breaker.succeeded()
      return result
    } finally {
      this.#observer.storeAsked({ operation, durationMs: this.#clock.now() - startedAt })
    }
  }

  /** Takes the connection down when the failure says that it, or its server, is no good. */
  #failed(operation: string, error: Error): StoreUnavailableError {
    const fault = faultOf(error)
    this.#observer.storeFailed({ operation, kind: fault.kind, error })
    if (error instanceof BudgetExceededError) {
      if (this.#breaker.timedOut(error.isOurFault, this.#clock.now()))
        this.#upkeep.drop({
          kind: 'timeout',
          message: `Redis did not answer within ${error.budgetMs} ms`
        })
    } else if (isWrongServer(fault.kind)) {
      this.#upkeep.leave(fault, { isHopeless: isWrongConnection(fault.kind) })
    }
    return new StoreUnavailableError(`${operation} failed`, { kind: fault.kind, cause: error })
  }
}
