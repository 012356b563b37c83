import { type StoreFault, StoreUnavailableError } from '../../../cache/errors.js'
import type { Observer } from '../../../cache/observer.js'
import type { StoreState } from '../../../cache/store.js'
import { createBreaker } from '../../breaker.js'
import { BudgetExceededError } from '../../time-budget.js'
import { createBatches } from './batches.js'
import type { RedisClient } from './client.js'
import { faultOf, isWrongConnection, isWrongServer, saysWhy } from './error-replies.js'

export interface ConnectionOptions {
  readonly client: RedisClient
  readonly commandTimeoutMs: number
  readonly connectTimeoutMs: number
  readonly observer: Observer
  /** Runs before anything is served, on each new connection and after each suspicion, by means of `run`. */
  readonly handshake: (run: Run) => Promise<void>
  /** Asked in the very turn in which the connection goes up; if there is more to handshake, it does not. */
  readonly isHandshakeDone: () => boolean
}

/** Does one store operation within the time budget. */
export type Run = <T>(operation: string, work: () => Promise<T>) => Promise<T>

/**
 * The connection's health. It is up from the end of `handshake` until the connection is lost, the breaker
 * trips or somebody suspects the server; while it is down, work fails at once and the connection tries again by
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

const RETRY_MS = 500
/** A lost packet is sent again after 200, 600 and 1,400 ms: a connection that is silent for so long is given up. */
const PATIENCE_MS = 1000

const CLOSED: StoreFault = { kind: 'closed', message: 'the connection was closed' }
const NO_CONNECTION: StoreFault = { kind: 'other', message: 'no connection' }

export const createConnection = ({ client, observer, ...options }: ConnectionOptions): RedisConnection => {
  const breaker = createBreaker()
  const budgetMs = options.commandTimeoutMs
  const batches = createBatches(client, { budgetMs, patienceMs: Math.max(PATIENCE_MS, budgetMs) })
  let state: StoreState = 'down'
  let announced: StoreState | undefined
  let lastError: Error | undefined
  let isStopped = false
  let isShakingHands = false
  let connections = 0
  let retry: NodeJS.Timeout | undefined

  const goUp = (): void => {
    state = 'up'
    if (!isStopped && announced !== 'up') observer.storeChanged({ state: 'up', reason: 'connected' })
    announced = 'up'
  }

  const tellDown = ({ kind, message }: StoreFault): void => {
    state = 'down'
    if (isStopped) return
    if (announced !== 'down') observer.storeChanged({ state: 'down', kind, reason: message })
    else observer.storeStaysDown({ kind, reason: message })
    announced = 'down'
  }

  const goDown = (fault: StoreFault, next: () => void = handshakeSoon): void => {
    tellDown(fault)
    if (retry !== undefined || isStopped) return
    retry = setTimeout(() => {
      retry = undefined
      // The client has given up, as when no master was found to connect to.
      if (client.status === 'end') connect()
      else next()
    }, RETRY_MS)
  }

  const reconnect = (): void => {
    if (!isStopped) client.disconnect(true)
  }

  /** One that fails is told by `close` or `end`. */
  const connect = (): void => {
    if (!isStopped) client.connect().catch(() => undefined)
  }

  const handshake = async (): Promise<void> => {
    if (isShakingHands || isStopped || client.status !== 'ready') return
    isShakingHands = true
    const connection = connections
    try {
      do await options.handshake((operation, work) => attempt(operation, work, () => undefined))
      while (!options.isHandshakeDone())
      lastError = undefined
      if (connection === connections) goUp()
    } catch (error) {
      // A frozen connection may never answer.
      const isHopeless = error instanceof BudgetExceededError || isWrongConnection(faultOf(error).kind)
      goDown(faultOf(lastError ?? error), isHopeless ? reconnect : handshakeSoon)
    } finally {
      isShakingHands = false
    }
    if (connection !== connections) await handshake()
  }

  function handshakeSoon(): void {
    void handshake()
  }

  const attempt = async <T>(operation: string, work: () => Promise<T>, whenLate?: () => void): Promise<T> => {
    const startedAt = performance.now()
    try {
      const result = await batches.run(work, whenLate)
      breaker.succeeded()
      return result
    } finally {
      observer.storeAsked({ operation, durationMs: performance.now() - startedAt })
    }
  }

  const run = async <T>(operation: string, work: () => Promise<T>, whenLate?: () => void): Promise<T> => {
    if (state === 'down') throw new StoreUnavailableError('the store is down', { kind: 'down' })
    try {
      return await attempt(operation, work, whenLate)
    } catch (cause) {
      const error = cause instanceof Error ? cause : new Error(String(cause))
      const { kind, message } = faultOf(error)
      observer.storeFailed({ operation, kind, error })
      if (error instanceof BudgetExceededError && breaker.timedOut(error.isOurFault, performance.now())) {
        goDown({ kind: 'timeout', message: `Redis did not answer within ${error.budgetMs} ms` })
        reconnect()
      } else if (isWrongServer(kind)) {
        goDown({ kind, message }, isWrongConnection(kind) ? reconnect : handshakeSoon)
      }
      throw new StoreUnavailableError(`${operation} failed`, { kind, cause: error })
    }
  }

  // A connection that gets neither ready nor refused, as to a frozen server, is given up for a new one.
  const watchdog = setInterval(() => {
    if (client.status === 'connect' || client.status === 'connecting') reconnect()
  }, options.connectTimeoutMs).unref()

  client.on('connect', () => {
    lastError = undefined
  })
  client.on('error', (error: Error) => {
    // A server that refuses a connection says why and closes it: the broken connection is not the reason.
    if (lastError === undefined || !saysWhy(lastError) || saysWhy(error)) lastError = error
  })
  client.on('close', () => {
    connections++
    tellDown(lastError === undefined ? CLOSED : faultOf(lastError))
  })
  client.on('ready', () => {
    connections++
    handshakeSoon()
  })
  client.on('end', () => {
    goDown(lastError === undefined ? NO_CONNECTION : faultOf(lastError))
  })

  return {
    get state() {
      return state
    },
    run: (operation, work) => run(operation, work),
    runPatiently: (whenLate) => (operation, work) => run(operation, work, whenLate),
    join: () => batches.join(),
    markDown: (fault) => {
      tellDown(fault)
      handshakeSoon()
    },
    start: connect,
    stop: () => {
      isStopped = true
      state = 'down'
      clearInterval(watchdog)
      clearTimeout(retry)
    }
  }
}
