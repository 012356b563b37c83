import { StoreUnavailableError } from '../../../cache/errors.js'
import type { Credentials, Login } from '../credentials/credentials.js'
import { Breaker } from '../../breaker.js'
import { BudgetExceededError } from '../../time-budget.js'
import { Batches } from './batches.js'
import { faultOf, needsNewConnection, isWrongServer } from './error-replies.js'
import { ConnectionLifecycle, type LifecycleOptions } from './lifecycle.js'
import { logIn } from './log-in.js'

export interface ConnectionOptions extends LifecycleOptions {
  readonly commandTimeoutMs: number
  /** Where the client has none of its own: what each new connection logs in with, and again when it is renewed. */
  readonly credentials?: Credentials | undefined
  /** Runs before anything is served, on each new connection and each time it was marked down, by means of `run`. */
  readonly handshake: (run: Run) => Promise<void>
}

/** Does one store operation within the time budget. */
export type Run = <T>(operation: string, work: () => Promise<T>) => Promise<T>

/** A lost packet is sent again after 200, 600 and 1,400 ms: a connection that is silent for so long is given up. */
const PATIENCE_MS = 1000

/**
 * The connection and its health. It is up from the end of `handshake` until the connection is lost, the breaker
 * trips or somebody marks it down; while it is down, work fails at once and the connection tries again by
 * itself. A frozen server shows as time-outs: the connection is then dropped, and with it what was queued.
 */
export class Connection extends ConnectionLifecycle {
  readonly #breaker = new Breaker()
  readonly #batches: Batches
  readonly #handshake: ConnectionOptions['handshake']
  readonly #credentials: Credentials | undefined
  readonly #inHandshake: Run = (operation, work) => this.#attempt(operation, work, () => undefined)

  constructor(options: ConnectionOptions) {
    super(options)
    const { client, commandTimeoutMs: budgetMs, handshake, credentials } = options
    const patienceMs = Math.max(PATIENCE_MS, budgetMs)
    this.#batches = new Batches(client, { budgetMs, patienceMs, clock: this.clock })
    this.#handshake = handshake
    this.#credentials = credentials
    credentials?.whenRenewed((login) => this.#logInAgain(login))
  }

  /** Rejects with `StoreUnavailableError`, at once while the connection is down. */
  readonly run: Run = (operation, work) => this.#run(operation, work)

  /**
   * The same for what must be carried out, late rather than never: a server that pauses, or a packet that is lost, is
   * waited for. `whenLate` is told of each operation that the time budget is over for.
   */
  runPatiently(whenLate: () => void): Run {
    return (operation, work) => this.#run(operation, work, whenLate)
  }

  /** Counts one more who waits for what has been run and has not begun yet. */
  join(): void {
    this.#batches.join()
  }

  override stop(): void {
    super.stop()
    this.#credentials?.close()
  }

  protected override handshake(): Promise<void> {
    if (this.#credentials === undefined) return this.#handshake(this.#inHandshake)
    return this.#logIn(this.#credentials).then(() => this.#handshake(this.#inHandshake))
  }

  async #logIn(credentials: Credentials): Promise<void> {
    const login = await credentials.login()
    try {
      await this.#inHandshake('auth', () => logIn(this.options.client, login))
    } catch (error) {
      if (faultOf(error).kind === 'credentials') credentials.refused(login)
      throw error
    }
  }

  /** The connection stays as it is when it fails: it was logged in before. A new connection logs in by itself. */
  async #logInAgain(login: Login): Promise<void> {
    const { client } = this.options
    const isReady = (): boolean => client.status === 'ready'
    if (!isReady()) return
    try {
      await this.#inHandshake('auth', () => logIn(client, login))
    } catch (error) {
      if (isReady()) throw error
    }
  }

  async #run<T>(operation: string, work: () => Promise<T>, whenLate?: () => void): Promise<T> {
    if (this.state === 'down') throw new StoreUnavailableError('the store is down', { kind: 'down' })
    try {
      return await this.#attempt(operation, work, whenLate)
    } catch (cause) {
      throw this.#failed(operation, cause instanceof Error ? cause : new Error(String(cause)))
    }
  }

  async #attempt<T>(operation: string, work: () => Promise<T>, whenLate?: () => void): Promise<T> {
    const startedAt = this.clock.now()
    try {
      const result = await this.#batches.run(work, whenLate)
      if (this.#breaker.isCounting) this.#breaker.succeeded()
      return result
    } finally {
      this.options.observer.storeAsked({ operation, durationMs: this.clock.now() - startedAt })
    }
  }

  /** Takes the connection down when the failure says that it, or its server, is no good. */
  #failed(operation: string, error: Error): StoreUnavailableError {
    const fault = faultOf(error)
    this.options.observer.storeFailed({ operation, kind: fault.kind, error })
    if (error instanceof BudgetExceededError) {
      if (this.#breaker.timedOut(error.isOurFault, this.clock.now()))
        this.downThenReconnect({
          kind: 'timeout',
          message: `Redis did not answer within ${error.budgetMs} ms`
        })
    } else if (isWrongServer(fault.kind)) {
      this.downThenRetry(fault, { isNewNeeded: needsNewConnection(fault.kind) })
    }
    return new StoreUnavailableError(`${operation} failed`, { kind: fault.kind, cause: error })
  }
}
