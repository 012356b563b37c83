import type { UnstoredReason } from '../observer.js'
import type { Directives } from '../origin.js'
import type { Resource } from '../resource.js'
import type { Cacheable } from './cacheability.js'

/** Status 200, JSON, nobody's cookie, no coding, and no dependence on what the key does not hold. */
export type Storability = { readonly kind: 'storable' } | Unstorable

export interface Unstorable {
  readonly kind: 'unstorable'
  readonly reason: UnstoredReason
  /** The next answer for this key will be no different, so that lookups need not wait for one another. */
  readonly isLasting: boolean
}

export const unstorable = (reason: UnstoredReason, isLasting = true): Unstorable => ({
  kind: 'unstorable',
  reason,
  isLasting
})

interface AnswerHead {
  readonly status: number
  readonly headers: readonly string[]
}

export const storabilityOf = (
  { status, headers }: AnswerHead,
  { resource, language }: Pick<Cacheable, 'resource' | 'language'>
): Storability => {
  if (status !== 200) return unstorable('status', status < 400 || LASTING_ERRORS.has(status))
  let isJson = false
  let isCoded = false
  let isForeign = false
  for (let at = 0; at < headers.length; at += 2) {
    const name = (headers[at] ?? '').toLowerCase()
    const value = headers[at + 1] ?? ''
    if (name === 'set-cookie') return unstorable('set-cookie', false)
    if (name === 'content-type') isJson = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(value)
    else if (name === 'content-encoding') isCoded ||= value.toLowerCase() !== 'identity'
    else if (name === 'vary') isForeign ||= hasForeign(value, resource)
    else if (name === 'content-language') isForeign ||= isOther(value, language)
  }
  if (!isJson) return unstorable('content-type')
  if (isCoded) return unstorable('content-encoding')
  return isForeign ? unstorable('vary') : { kind: 'storable' }
}

/** What scope, the key and the headers of a fetch already stand for is no obstacle; anything else is. */
const hasForeign = (vary: string, { vary: rowVary, languages }: Resource): boolean =>
  vary
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .some(
      (name) =>
        name !== '' &&
        !STOOD_FOR.has(name) &&
        !(name === 'accept-language' && languages !== undefined) &&
        !rowVary.some((variation) => variation.name === name)
    )

/** The origin has not answered in the language that it was asked for: a cookie or the address told it another one. */
const isOther = (contentLanguage: string, language: string | undefined): boolean =>
  language !== undefined && contentLanguage.trim().toLowerCase() !== language.toLowerCase()

const STOOD_FOR = new Set(['accept', 'accept-encoding', 'cookie', 'origin'])
/** Other errors pass: they must not end the collapsing of later lookups. */
const LASTING_ERRORS = new Set([404, 405, 406, 410])

/** Epoch milliseconds. */
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
