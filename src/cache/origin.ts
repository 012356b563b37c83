import type { Readable } from 'node:stream'
import type { CancelSignal } from '../concurrency/cancellation.js'

/** The main API. Rejects with `OriginError` when there is no answer; an error answer is an answer. */
export interface Origin {
  fetch(request: OriginRequest): Promise<OriginAnswer>
  /** What an answer's headers say about storing it. */
  directivesOf(headers: readonly string[]): Directives
}

export interface OriginRequest {
  /** The row's name, `none` without one: for those who watch. */
  readonly resource: string
  readonly method: string
  /** Path and query in origin form, byte for byte as the caller sent them. */
  readonly target: string
  /** Names and values in turn. */
  readonly headers: readonly string[]
  readonly body: Readable | undefined
  /** Of those who wait for the answer. */
  readonly cancel: CancelSignal
  /** Called for each interim (1xx) answer. */
  readonly onInterim?: ((status: number, headers: readonly string[]) => void) | undefined
}

export interface OriginAnswer {
  readonly status: number
  readonly statusText: string
  /** Names and values in turn, without hop-by-hop fields. */
  readonly headers: readonly string[]
  readonly body: Readable
  /** Filled once the body has ended. */
  readonly trailers: Readonly<Record<string, string>>
}

/** What an origin says about the storing of an answer: RFC 9111 §5.2.2, RFC 5861, RFC 9213. In seconds. */
export interface Directives {
  readonly noStore: boolean
  readonly noCache: boolean
  readonly private: boolean
  readonly mustRevalidate: boolean
  /** Only a status that the cache understands may be stored, but that also with `noStore`. */
  readonly mustUnderstand: boolean
  /** Others may have the answer to a request with `Authorization`, RFC 9111 §3.5. */
  readonly sharesAuthorized: boolean
  readonly lifetimeSeconds: number | undefined
  readonly staleWhileRevalidateSeconds: number | undefined
  readonly staleIfErrorSeconds: number | undefined
  /** How old the answer was when it came, RFC 9111 §5.1. */
  readonly ageSeconds: number
}
