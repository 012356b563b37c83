import { StoreUnavailableError } from '../../cache/errors.js'
import type { Observer } from '../../cache/observer.js'
import type { StoreState } from '../../cache/store.js'
import { createBreaker } from '../breaker.js'
import { BudgetExceededError } from '../time-budget.js'
import { createBatches } from './batches.js'
import type { RedisClient } from './client.js'

export interface LinkOptions {
  readonly client: RedisClient
  readonly commandTimeoutMs: number
  readonly connectTimeoutMs: number
  readonly observer: Observer
  /** Runs before anything is served, on each new connection and after each suspicion, by means of `run`. */
  readonly prepare: (run: Run) => Promise<void>
  /** Asked in the very turn in which the link goes up; if there is more to prepare, it does not. */
  readonly isPrepared: () => boolean
}

/** Does one store operation within the time budget. */
export type Run = <T>(operation: string, work: () => Promise<T>) => Promise<T>

/**
 * The connection's health. It is up from the end of `prepare` until the connection is lost, the breaker
 * trips or somebody suspects the server; while it is down, work fails at once and the link tries again by
 * itself. A frozen server shows as time-outs: the connection is then dropped, and with it what was queued.
 */
export interface Link {
  readonly state: StoreState
  /** Rejects with `StoreUnavailableError`, at once while the link is down. */
  readonly run: Run
  /** Counts one more who waits for what has been run and has not begun yet. */
  join(): void
  /** Takes the link down until `prepare` has succeeded again. */
  suspect(reason: string): void
  start(): void
  stop(): void
}

const RETRY_MS = 500

export const createLink = ({ client, observer, ...options }: LinkOptions): Link => {
  const breaker = createBreaker()
  const batches = createBatches(client, options.commandTimeoutMs)
  let state: StoreState = 'down'
  let announced: StoreState | undefined
  let lastError: Error | undefined
  let isStopped = false
  let isPreparing = false
  let connections = 0
  let retry: NodeJS.Timeout | undefined

  const change = (next: StoreState, reason: string): void => {
    state = next
    if (isStopped) return
    if (announced !== next) observer.storeChanged({ state: next, reason })
    else if (next === 'down') observer.storeStaysDown({ reason })
    announced = next
  }

  const goDown = (reason: string, next: () => void = prepareSoon): void => {
    change('down', reason)
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

  const prepare = async (): Promise<void> => {
    if (isPreparing || isStopped || client.status !== 'ready') return
    isPreparing = true
    const connection = connections
    try {
      do await options.prepare(attempt)
      while (!options.isPrepared())
      lastError = undefined
      if (connection === connections) change('up', 'connected')
    } catch (error) {
      // A frozen connection may never answer.
      const isHopeless = error instanceof BudgetExceededError || isWrongConnection(error)
      goDown(messageOf(lastError ?? error), isHopeless ? reconnect : prepareSoon)
    } finally {
      isPreparing = false
    }
    if (connection !== connections) await prepare()
  }

  function prepareSoon(): void {
    void prepare()
  }

  const attempt: Run = async (operation, work) => {
    const startedAt = performance.now()
    try {
      const result = await batches.run(work)
      breaker.succeeded()
      return result
    } finally {
      observer.storeAsked({ operation, durationMs: performance.now() - startedAt })
    }
  }

  const run: Run = async (operation, work) => {
    if (state === 'down') throw new StoreUnavailableError('the store is down')
    try {
      return await attempt(operation, work)
    } catch (cause) {
      const error = cause instanceof Error ? cause : new Error(messageOf(cause))
      observer.storeFailed({ operation, error })
      if (error instanceof BudgetExceededError && breaker.timedOut(error.isOurFault, performance.now())) {
        goDown(`Redis did not answer within ${options.commandTimeoutMs} ms`)
        reconnect()
      } else if (isWrongServer(error)) {
        goDown(error.message, isWrongConnection(error) ? reconnect : prepareSoon)
      }
      throw new StoreUnavailableError(`${operation} failed`, { cause: error })
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
    if (lastError === undefined || !isReply(lastError) || isReply(error)) lastError = error
  })
  client.on('close', () => {
    connections++
    change('down', messageOf(lastError ?? 'the connection was closed'))
  })
  client.on('ready', () => {
    connections++
    prepareSoon()
  })
  client.on('end', () => {
    goDown(messageOf(lastError ?? 'no connection'))
  })

  return {
    get state() {
      return state
    },
    run,
    join: () => batches.join(),
    suspect: (reason) => {
      change('down', reason)
      prepareSoon()
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

/** Replies by which a server says that it is not, or no longer, the one to ask; Redis 6 puts them after a script's name. */
const isWrongServer = ({ message }: Error): boolean =>
  /(^|-)(READONLY|NOAUTH|LOADING|MASTERDOWN|MOVED|ASK|TRYAGAIN|CLUSTERDOWN)\b/.test(message)

/** An error that Redis has answered with begins with a word in capitals. */
const isReply = ({ message }: Error): boolean => /^[A-Z]+ /.test(message)

/** What will not change on this connection; a new one may log in, or lead to the master of that time. */
const isWrongConnection = (error: unknown): boolean =>
  /(^|-)(READONLY|NOAUTH|WRONGPASS|MASTERDOWN|MOVED|ASK|CLUSTERDOWN)\b|\breplica\b/.test(messageOf(error))

/** An `AggregateError` of Node's connection attempts has no message of its own, only a code. */
export const messageOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  return error.message || ('code' in error ? String(error.code) : error.name)
}
