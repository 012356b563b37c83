import type { Directives } from '../origin.js'
import type { Resource } from '../resource.js'
import { type Unstorable, unstorable } from './storable.js'

export interface Freshness {
  readonly generatedAt: number
  readonly freshUntil: number
  readonly staleWhileRevalidateUntil: number
  readonly staleIfErrorUntil: number
}

export type Lifetime = { readonly kind: 'storable'; readonly freshness: Freshness } | Unstorable

/**
 * What the origin says wins; what it does not say is the row's. Nothing outlives `maxTtlMs`. An answer is as old as its
 * request: the origin may have read its data at once and answered late.
 */
export const lifetimeOf = (
  directives: Directives,
  resource: Resource,
  { requestedAt, maxTtlMs }: { readonly requestedAt: number; readonly maxTtlMs: number }
): Lifetime => {
  if (directives.noStore) return unstorable('no-store')
  if (directives.noCache) return unstorable('no-cache')
  if (directives.private && resource.scope !== 'identity') return unstorable('private')
  const statedMs = inMs(directives.lifetimeSeconds)
  const ageMs = directives.ageSeconds * 1000
  const lifetimeMs = Math.min(statedMs === undefined ? resource.ttlMs : statedMs - ageMs, maxTtlMs)
  if (lifetimeMs <= 0) return unstorable('expired')
  const freshUntil = requestedAt + lifetimeMs
  const latest = requestedAt + maxTtlMs
  const extend = (statedSeconds: number | undefined, rowMs: number): number =>
    directives.mustRevalidate ? freshUntil : Math.min(freshUntil + (inMs(statedSeconds) ?? rowMs), latest)
  return {
    kind: 'storable',
    freshness: {
      generatedAt: requestedAt - ageMs,
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
