import type { Resource } from '../resource.js'

/** What an origin says about the storing of an answer: RFC 9111 §5.2.2, RFC 5861, RFC 9213. In seconds. */
export interface Directives {
  readonly noStore: boolean
  readonly noCache: boolean
  readonly private: boolean
  readonly mustRevalidate: boolean
  readonly lifetimeSeconds: number | undefined
  readonly staleWhileRevalidateSeconds: number | undefined
  readonly staleIfErrorSeconds: number | undefined
  /** How old the answer was when it came, RFC 9111 §5.1. */
  readonly ageSeconds: number
}

export interface Freshness {
  readonly generatedAt: number
  readonly freshUntil: number
  readonly staleWhileRevalidateUntil: number
  readonly staleIfErrorUntil: number
}

export type Lifetime =
  { readonly kind: 'storable'; readonly freshness: Freshness } | { readonly kind: 'unstorable' }

/** What the origin says wins; what it does not say is the row's. Nothing outlives `maxTtlMs`. */
export const lifetimeOf = (
  directives: Directives,
  resource: Resource,
  { receivedAt, maxTtlMs }: { readonly receivedAt: number; readonly maxTtlMs: number }
): Lifetime => {
  if (directives.noStore || directives.noCache) return { kind: 'unstorable' }
  if (directives.private && resource.scope !== 'identity') return { kind: 'unstorable' }
  const statedMs = inMs(directives.lifetimeSeconds)
  const ageMs = directives.ageSeconds * 1000
  const lifetimeMs = Math.min(statedMs === undefined ? resource.ttlMs : statedMs - ageMs, maxTtlMs)
  if (lifetimeMs <= 0) return { kind: 'unstorable' }
  const freshUntil = receivedAt + lifetimeMs
  const latest = receivedAt + maxTtlMs
  const extend = (statedSeconds: number | undefined, rowMs: number): number =>
    directives.mustRevalidate ? freshUntil : Math.min(freshUntil + (inMs(statedSeconds) ?? rowMs), latest)
  return {
    kind: 'storable',
    freshness: {
      generatedAt: receivedAt - ageMs,
      freshUntil,
      staleWhileRevalidateUntil: extend(
        directives.staleWhileRevalidateSeconds,
        resource.staleWhileRevalidateMs
      ),
      staleIfErrorUntil: extend(directives.staleIfErrorSeconds, resource.staleIfErrorMs)
    }
  }
}

const inMs = (seconds: number | undefined): number | undefined =>
  seconds === undefined ? undefined : seconds * 1000
