import { StoreUnavailableError } from '../../../cache/errors.js'
import type { Observer } from '../../../cache/observer.js'
import { type Clock, systemClock, withinBudget } from '../../time-budget.js'
import type { Credentials, Login } from './credentials.js'

export interface Token {
  readonly login: Login
  /** From now on. */
  readonly lifetimeMs: number
}

export interface TokenCredentialsOptions {
  /** One attempt; the signal says that nobody waits for it any longer. */
  readonly fetchToken: (signal: AbortSignal) => Promise<Token>
  readonly observer: Pick<Observer, 'tokenRenewed' | 'tokenNotRenewed'>
  /** Epoch milliseconds, for what is told. */
  readonly now: () => number
  /** From 0 to 1: pods that started together do not ask together. */
  readonly random: () => number
  readonly clock?: Clock
}

/** A third of the life, 20 minutes of an hour, is left for attempts that fail. */
const RENEWED_AFTER = { share: 0.58, spread: 0.08 }
const FETCH_TIMEOUT_MS = 10_000
/** A handshake waits no longer; the attempt goes on without it. */
const LOGIN_WAIT_MS = 2000
const FIRST_RETRY_MS = 1000
const LONGEST_RETRY_MS = 60_000
/** A server that refuses whatever it is given does not make us ask for tokens all the time. */
const REFUSED_MS = 30_000
const NONE_YET = 'none has come yet'

interface Held extends Token {
  /** By the clock. */
  readonly fetchedAt: number
  readonly renewAt: number
  readonly expiresAt: number
}

/**
 * Tokens as logins: fetched at once, renewed well before they expire, and given to the connection that is there. An attempt
 * that fails, for want of a token or because the server does not take it, is made again, later each time. Meanwhile the
 * connection stays as it is, and a new one gets the last token that came until it expires.
 */
export class TokenCredentials implements Credentials {
  readonly #options: TokenCredentialsOptions
  readonly #clock: Clock
  #held: Held | undefined
  #fetching: Promise<void> | undefined
  #failures = 0
  #reason = NONE_YET
  #isClosed = false
  #apply: (login: Login) => Promise<void> = () => Promise.resolve()
  #cancelNext: () => void = () => undefined

  constructor(options: TokenCredentialsOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
    void this.#renew()
  }

  /** One that is due to be renewed is given only where a newer one cannot be had. */
  async login(): Promise<Login> {
    if (this.#held === undefined || this.#held.renewAt <= this.#clock.now()) await this.#waitForNewer()
    const held = this.#held
    if (held !== undefined && this.#clock.now() < held.expiresAt) return held.login
    throw new StoreUnavailableError(`no token to log in with: ${this.#reason}`, { kind: 'no-credentials' })
  }

  whenRenewed(apply: (login: Login) => Promise<void>): void {
    this.#apply = apply
  }

  /** As after a clock that stood still, or when the token was revoked. */
  refused(login: Login): void {
    const held = this.#held
    if (held?.login === login && this.#clock.now() - held.fetchedAt >= REFUSED_MS) void this.#renew()
  }

  close(): void {
    this.#isClosed = true
    this.#cancelNext()
  }

  /** Between two attempts there is nothing to wait for. */
  async #waitForNewer(): Promise<void> {
    const fetching = this.#fetching ?? (this.#failures === 0 ? this.#renew() : undefined)
    if (fetching !== undefined)
      await withinBudget(fetching, LOGIN_WAIT_MS, this.#clock).catch(() => undefined)
  }

  /** Resolves when a token has come, or has not. */
  #renew(): Promise<void> {
    if (this.#fetching !== undefined) return this.#fetching
    this.#cancelNext()
    const fetched = this.#fetch().finally(() => (this.#fetching = undefined))
    this.#fetching = fetched.then(
      () => undefined,
      () => undefined
    )
    void this.#finish(fetched)
    return this.#fetching
  }

  async #finish(fetched: Promise<Held>): Promise<void> {
    try {
      const held = await fetched
      await this.#apply(held.login)
      this.#failures = 0
      this.#reason = NONE_YET
      const leftMs = held.expiresAt - this.#clock.now()
      this.#options.observer.tokenRenewed({ expiresAt: this.#options.now() + leftMs })
      this.#next(held.renewAt - this.#clock.now())
    } catch (cause) {
      this.#failures++
      this.#reason = inOneLine(cause instanceof Error ? cause.message : String(cause))
      if (!this.#isClosed)
        this.#options.observer.tokenNotRenewed({ reason: this.#reason, failures: this.#failures })
      const backoffMs = FIRST_RETRY_MS * 2 ** (this.#failures - 1)
      this.#next(Math.min(backoffMs, LONGEST_RETRY_MS) * (0.75 + 0.5 * this.#options.random()))
    }
  }

  async #fetch(): Promise<Held> {
    const controller = new AbortController()
    try {
      const fetching = this.#options.fetchToken(controller.signal)
      const token = await withinBudget(fetching, FETCH_TIMEOUT_MS, this.#clock)
      const fetchedAt = this.#clock.now()
      const share = RENEWED_AFTER.share + RENEWED_AFTER.spread * this.#options.random()
      const renewAt = fetchedAt + Math.max(token.lifetimeMs * share, FIRST_RETRY_MS)
      this.#held = { ...token, fetchedAt, renewAt, expiresAt: fetchedAt + token.lifetimeMs }
      return this.#held
    } finally {
      controller.abort()
    }
  }

  #next(ms: number): void {
    this.#cancelNext()
    if (!this.#isClosed)
      this.#cancelNext = this.#clock.after(Math.min(ms, LONGEST_TIMER_MS), () => void this.#renew())
  }
}

/** That of Node: with more, a timer fires at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1
const LONGEST_REASON = 400

/** What an endpoint answers may be a page. */
const inOneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim().slice(0, LONGEST_REASON)
