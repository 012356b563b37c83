import { type StoreFault, StoreUnavailableError } from '../../../cache/errors.js'
import type { Observer } from '../../../cache/observer.js'
import type { StoreState } from '../../../cache/store.js'
import { BudgetExceededError, type Clock, systemClock } from '../../time-budget.js'
import type { RedisClient } from './client.js'
import { faultOf, needsNewConnection, saysWhy } from './error-replies.js'

export interface LifecycleOptions {
  readonly client: RedisClient
  readonly connectTimeoutMs: number
  readonly observer: Observer
  /** Asked just before the connection goes up, with no `await` in between; otherwise the handshake is repeated. */
  readonly isHandshakeDone: () => boolean
  /** Of budgets and durations; the system's unless it is given. */
  readonly clock?: Clock | undefined
}

const RETRY_MS = 500
const CLOSED: StoreFault = { kind: 'closed', message: 'the connection was closed' }
const NO_CONNECTION: StoreFault = { kind: 'other', message: 'no connection' }

/**
 * Brings a connection up and up again: connects, does the handshake, and tries both anew for as long as they fail. Tells
 * each transition once, and each vain attempt.
 */
export abstract class ConnectionLifecycle {
  /** A plain field: every operation looks at it. */
  state: StoreState = 'down'
  protected readonly clock: Clock
  protected readonly options: LifecycleOptions
  readonly #client: RedisClient
  readonly #watchdog: NodeJS.Timeout
  #announced: StoreState | undefined
  #lastError: Error | undefined
  #isStopped = false
  #isShakingHands = false
  /** Counts connections made and lost: a handshake that began on one says nothing of the next. */
  #connections = 0
  #cancelRetry: (() => void) | undefined

  constructor(options: LifecycleOptions) {
    this.options = options
    this.clock = options.clock ?? systemClock
    this.#client = options.client
    // A connection that gets neither ready nor refused, as to a frozen server, is given up for a new one.
    this.#watchdog = setInterval(() => {
      if (this.#client.status === 'connect' || this.#client.status === 'connecting') this.#reconnect()
    }, options.connectTimeoutMs).unref()
    this.#listen()
  }

  /** Failures arrive as `close` or `end`. */
  start(): void {
    this.#lastError = undefined
    if (!this.#isStopped) this.#client.connect().catch(() => undefined)
  }

  stop(): void {
    this.#isStopped = true
    this.state = 'down'
    clearInterval(this.#watchdog)
    this.#cancelRetry?.()
  }

  /** Down, until a handshake that begins now has succeeded. Returns the error for whoever has found the fault. */
  markDown(fault: StoreFault): StoreUnavailableError {
    this.#goDown(fault)
    void this.#shakeHands()
    return new StoreUnavailableError(fault.message, fault)
  }

  protected abstract handshake(): Promise<void>

  /** Down; tried again in a while: on a new connection where only that can help. */
  protected downThenRetry(fault: StoreFault, { isNewNeeded }: { readonly isNewNeeded: boolean }): void {
    this.#goDown(fault)
    if (this.#cancelRetry !== undefined || this.#isStopped) return
    this.#cancelRetry = this.clock.after(RETRY_MS, () => {
      this.#cancelRetry = undefined
      // The client has given up, as when no master was found to connect to.
      if (this.#client.status === 'end') this.start()
      else if (isNewNeeded) this.#reconnect()
      else void this.#shakeHands()
    })
  }

  /** Down, and what was queued on the connection is gone with it. */
  protected downThenReconnect(fault: StoreFault): void {
    this.downThenRetry(fault, { isNewNeeded: false })
    this.#reconnect()
  }

  #listen(): void {
    const lastFaultOr = (other: StoreFault) => (this.#lastError ? faultOf(this.#lastError) : other)
    // What was wrong with the last attempt is not what is wrong with this one.
    for (const begun of ['reconnecting', 'connect'])
      this.#client.on(begun, () => (this.#lastError = undefined))
    this.#client.on('error', (error: Error) => {
      // A server that refuses a connection says why and closes it: the broken connection is not the reason.
      if (this.#lastError === undefined || !saysWhy(this.#lastError) || saysWhy(error))
        this.#lastError = error
    })
    this.#client.on('close', () => {
      this.#connections++
      this.#goDown(lastFaultOr(CLOSED))
    })
    this.#client.on('ready', () => {
      this.#connections++
      void this.#shakeHands()
    })
    this.#client.on('end', () => this.downThenRetry(lastFaultOr(NO_CONNECTION), { isNewNeeded: false }))
  }

  async #shakeHands(): Promise<void> {
    if (this.#isShakingHands || this.#isStopped || this.#client.status !== 'ready') return
    this.#isShakingHands = true
    const connection = this.#connections
    try {
      do await this.handshake()
      while (!this.options.isHandshakeDone())
      this.#lastError = undefined
      if (connection === this.#connections) this.#goUp()
    } catch (error) {
      // A frozen connection may never answer.
      const isNewNeeded = error instanceof BudgetExceededError || needsNewConnection(faultOf(error).kind)
      this.downThenRetry(faultOf(this.#lastError ?? error), { isNewNeeded })
    } finally {
      this.#isShakingHands = false
    }
    if (connection !== this.#connections) await this.#shakeHands()
  }

  #reconnect(): void {
    if (!this.#isStopped) this.#client.disconnect(true)
  }

  #goUp(): void {
    this.state = 'up'
    if (!this.#isStopped && this.#announced !== 'up')
      this.options.observer.storeChanged({ state: 'up', reason: 'connected' })
    this.#announced = 'up'
  }

  #goDown({ kind, message: reason }: StoreFault): void {
    this.state = 'down'
    if (this.#isStopped) return
    if (this.#announced !== 'down') this.options.observer.storeChanged({ state: 'down', kind, reason })
    else this.options.observer.storeStaysDown({ kind, reason })
    this.#announced = 'down'
  }
}
