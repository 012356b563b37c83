/** `Cache-Status` field values, RFC 9211. The cache's name is `spms`. */
export const hitStatus = (ttlSeconds: number): string => `spms; hit; ttl=${ttlSeconds}`

export type BypassReason =
  'search' | 'query' | 'no-resource' | 'no-identity' | 'range' | 'html' | 'vary' | 'host' | 'disabled'

export const bypassStatus = (reason: BypassReason): string => BYPASS[reason]

/** RFC 9211 §2.2: why the request went forward to the origin. */
export const MISS = 'spms; fwd=uri-miss'
export const STALE = 'spms; fwd=stale'
export const METHOD = 'spms; fwd=method'
export const UNPROVEN = 'spms; fwd=request; detail=unproven'
/** RFC 9211 §2.2 `request`: there is an entry, and this part of it is the origin's to answer. */
export const PART = 'spms; fwd=request; detail=range'
export const STORE_UNAVAILABLE = 'spms; fwd=uri-miss; detail=store-unavailable'

export const storedStatus = (forwarded: string): string => `${forwarded}; stored`
export const collapsedStatus = (forwarded: string): string => `${forwarded}; collapsed`

/** The cache only observes; what it would have done. */
export const observedStatus = (would: string): string => `spms; fwd=bypass; detail=${would}`

/** Why an answer was not stored. */
export const unstoredStatus = (forwarded: string, reason: string): string => withDetail(forwarded, reason)

/** Other pods may not know yet of what this answer has made untrue. */
export const pendingStatus = (status: string): string => withDetail(status, 'invalidation-pending')

/** It says more than another detail, such as `unproven`, which stands in `fwd=request`, too. */
const withDetail = (status: string, detail: string): string =>
  `${status.replace(/; detail=[^;]*/, '')}; detail=${detail}`

const BYPASS: Readonly<Record<BypassReason, string>> = {
  search: 'spms; fwd=bypass; detail=search',
  query: 'spms; fwd=bypass; detail=query',
  'no-resource': 'spms; fwd=bypass; detail=no-resource',
  'no-identity': 'spms; fwd=bypass; detail=no-identity',
  range: 'spms; fwd=bypass; detail=range',
  html: 'spms; fwd=bypass; detail=html',
  vary: 'spms; fwd=bypass; detail=vary',
  host: 'spms; fwd=bypass; detail=host',
  disabled: 'spms; fwd=bypass; detail=disabled'
}
