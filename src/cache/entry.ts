import type { Coding } from '../http/codings.js'

/** A stored response, or a value of the backend, in the form every store keeps and returns. Times are epoch ms. */
export interface Entry {
  readonly status: number
  /** Names and values in turn, as the origin sent them, without hop-by-hop fields. */
  readonly headers: readonly string[]
  readonly body: Buffer
  /** The same body in other codings, those first that are sent first where a caller has no wish; never an empty list. */
  readonly coded?: readonly CodedBody[] | undefined
  /** When the origin made the answer: the time it was received less the `Age` it came with. */
  readonly generatedAt: number
  readonly freshUntil: number
  readonly staleWhileRevalidateUntil: number
  readonly staleIfErrorUntil: number
  /** Where it is kept for longer than it may be answered with: the origin can confirm it by a 304. */
  readonly keptUntil?: number | undefined
  readonly etag: string | undefined
  readonly tags: readonly string[]
}

export interface CodedBody {
  readonly coding: Coding
  readonly body: Buffer
}

/** Bytes of the body in all codings. */
export const bodyBytes = ({ body, coded = [] }: Pick<Entry, 'body' | 'coded'>): number =>
  coded.reduce((sum, form) => sum + form.body.length, body.length)

export const isFresh = (entry: Entry, now: number): boolean => now < entry.freshUntil

/**
 * Remaining freshness lifetime in whole seconds, negative when stale: the `ttl` of RFC 9211 §2.4. Never more than the
 * whole of it, also for an entry of a clock that was ahead of this one.
 */
export const ttlSeconds = (entry: Entry, now: number): number => {
  const seconds = (entry.freshUntil - Math.max(now, entry.generatedAt)) / 1000
  return seconds > 0 ? Math.ceil(seconds) : Math.floor(seconds)
}

/** `Age` in whole seconds, RFC 9111 §5.1. */
export const ageSeconds = (entry: Entry, now: number): number =>
  Math.max(0, Math.floor((now - entry.generatedAt) / 1000))

type Lifetimes = Pick<Entry, 'freshUntil' | 'staleWhileRevalidateUntil' | 'staleIfErrorUntil' | 'keptUntil'>

/** The last moment at which the entry may be used for anything: every store expires it then. */
export const usableUntil = (entry: Lifetimes): number =>
  Math.max(entry.freshUntil, entry.staleWhileRevalidateUntil, entry.staleIfErrorUntil, entry.keptUntil ?? 0)

/** A longer validator is not stored. */
export const ETAG_MAX_LENGTH = 255
