import { usableUntil } from '../entry.js'
import type { UnstoredReason } from '../observer.js'
import type { Directives } from '../origin.js'
import type { Resource } from '../resource.js'
import { type Unstorable, unstorable, unstorableStatus } from './storable.js'

/** Epoch milliseconds. */
export interface Freshness {
  readonly generatedAt: number
  readonly freshUntil: number
  readonly staleWhileRevalidateUntil: number
  readonly staleIfErrorUntil: number
  readonly keptUntil?: number | undefined
}

export type Lifetime = KnownLifetime | Unstorable

export interface KnownLifetime {
  readonly kind: 'storable'
  readonly freshness: Freshness
  /** Why it must be confirmed by the origin before each use: it is stored for nothing but that. */
  readonly unconfirmed: UnstoredReason | undefined
}

export interface Received {
  readonly status: number
  /** The origin can say later by a 304 that it is still so. */
  readonly isConfirmable: boolean
  readonly requestedAt: number
  readonly maxTtlMs: number
}

/**
 * What the origin says wins; what it does not say is the row's, for a 200. Nothing outlives `maxTtlMs`. An answer is as
 * old as its request: the origin may have read its data at once and answered late.
 */
export const lifetimeOf = (
  directives: Directives,
  resource: Resource,
  { status, isConfirmable, requestedAt, maxTtlMs }: Received
): Lifetime => {
  const isUnderstood = UNDERSTOOD.has(status)
  if (directives.mustUnderstand && !isUnderstood) return unstorable('no-store')
  if (directives.noStore && !directives.mustUnderstand) return unstorable('no-store')
  if (directives.private && resource.scope !== 'identity') return unstorable('private')
  const statedMs = inMs(directives.lifetimeSeconds)
  if (statedMs === undefined && status !== 200) return unstorableStatus(status)
  const ageMs = directives.ageSeconds * 1000
  const generatedAt = requestedAt - ageMs
  const lifetimeMs = Math.min(statedMs === undefined ? resource.ttlMs : statedMs - ageMs, maxTtlMs)
  const unconfirmed = directives.noCache ? 'no-cache' : lifetimeMs <= 0 ? 'expired' : undefined
  const keptMs = isConfirmable && status === 200 ? Math.min(KEPT_MS, maxTtlMs) : 0
  if (unconfirmed !== undefined) {
    if (keptMs === 0) return unstorable(unconfirmed)
    return {
      kind: 'storable',
      unconfirmed,
      freshness: { ...NEVER_FRESH, generatedAt, keptUntil: requestedAt + keptMs }
    }
  }
  const freshUntil = requestedAt + lifetimeMs
  const latest = requestedAt + maxTtlMs
  const extend = (statedSeconds: number | undefined, rowMs: number): number =>
    directives.mustRevalidate ? freshUntil : Math.min(freshUntil + (inMs(statedSeconds) ?? rowMs), latest)
  const freshness = {
    generatedAt,
    freshUntil,
    staleWhileRevalidateUntil: extend(
      directives.staleWhileRevalidateSeconds,
      resource.staleWhileRevalidateMs
    ),
    staleIfErrorUntil: extend(directives.staleIfErrorSeconds, resource.staleIfErrorMs)
  }
  const keptUntil = keptMs === 0 ? undefined : usableUntil(freshness) + keptMs
  return { kind: 'storable', unconfirmed: undefined, freshness: { ...freshness, keptUntil } }
}

/** An entry that the origin can confirm is kept for so long after its life. */
const KEPT_MS = 600_000

/** Not the time of the request: a clock that steps back must not make it fresh. */
const NEVER_FRESH = { freshUntil: 0, staleWhileRevalidateUntil: 0, staleIfErrorUntil: 0 }

/** RFC 9111 §5.2.2.3. Those that RFC 9110 defines, and whose requirements for caches are met here. */
const UNDERSTOOD = new Set([
  200, 203, 204, 300, 301, 302, 303, 307, 308, 400, 404, 405, 406, 410, 414, 500, 501, 502, 503, 504
])

const inMs = (seconds: number | undefined): number | undefined =>
  seconds === undefined ? undefined : seconds * 1000
