import { type Directives } from '../cache/origin.js'
import { parseDate } from '../http/date.js'
import { directiveNames, valuesOf } from '../http/fields.js'
import { parse } from '@tusbar/cache-control'
import { parseDictionary } from 'structured-headers'

/**
 * What an answer says about storing it: `CDN-Cache-Control` alone when it is there and well formed (RFC 9213
 * §2.1), else `Cache-Control` and `Expires` (RFC 9111 §5.2 and §5.3). `s-maxage` allows no stale answer that
 * the same field does not ask for (RFC 9111 §5.2.2.10).
 */
export const readDirectives = (headers: readonly string[]): Directives => {
  const age = Number(/^\s*(\d+)\s*(?:,|$)/.exec(valuesOf(headers, 'age')[0] ?? '')?.[1] ?? 0)
  const targeted = valuesOf(headers, 'cdn-cache-control')
  const stated =
    (targeted.length > 0 ? readTargeted(targeted.join(',')) : undefined) ?? readUntargeted(headers)
  return { ...stated, ageSeconds: Math.min(age, GREATEST_AGE) }
}

/** RFC 9111 §1.2.2: what is more means this. */
const GREATEST_AGE = 2 ** 31

type Stated = Omit<Directives, 'ageSeconds'>

/** `undefined` when the field is empty or malformed: it is then ignored as a whole. */
const readTargeted = (field: string): Stated | undefined => {
  try {
    const dictionary = parseDictionary(field)
    if (dictionary.size === 0) return undefined
    const isSet = (name: string): boolean => (dictionary.get(name)?.[0] ?? false) !== false
    const seconds = (name: string): number | undefined => {
      const value: unknown = dictionary.get(name)?.[0]
      return typeof value === 'number' && value >= 0 ? value : undefined
    }
    const shared = seconds('s-maxage')
    return {
      noStore: isSet('no-store'),
      noCache: isSet('no-cache'),
      private: isSet('private'),
      mustRevalidate: isSet('must-revalidate') || isSet('proxy-revalidate'),
      mustUnderstand: isSet('must-understand'),
      sharesAuthorized: isSet('public') || isSet('must-revalidate') || shared !== undefined,
      lifetimeSeconds: shared ?? seconds('max-age'),
      staleWhileRevalidateSeconds: seconds('stale-while-revalidate') ?? noneBeside(shared),
      staleIfErrorSeconds: seconds('stale-if-error') ?? noneBeside(shared)
    }
  } catch {
    return undefined
  }
}

/** A directive that is malformed never makes a life longer than it says: it counts as said, and a lifetime as none. */
const readUntargeted = (headers: readonly string[]): Stated => {
  const directives = parse(valuesOf(headers, 'cache-control').join(','))
  const named = directiveNames(headers)
  const seconds = (name: string, parsed: number | null | undefined): number | undefined =>
    parsed ?? (named.has(name) ? 0 : undefined)
  const shared = seconds('s-maxage', directives.sharedMaxAge)
  return {
    noStore: named.has('no-store'),
    noCache: named.has('no-cache'),
    private: named.has('private'),
    mustRevalidate: named.has('must-revalidate') || named.has('proxy-revalidate'),
    mustUnderstand: named.has('must-understand'),
    sharesAuthorized:
      named.has('public') || named.has('must-revalidate') || typeof directives.sharedMaxAge === 'number',
    lifetimeSeconds: shared ?? seconds('max-age', directives.maxAge) ?? expiresIn(headers),
    staleWhileRevalidateSeconds:
      seconds('stale-while-revalidate', directives.staleWhileRevalidate) ?? noneBeside(shared),
    staleIfErrorSeconds: seconds('stale-if-error', directives.staleIfError) ?? noneBeside(shared)
  }
}

const noneBeside = (sharedMaxAge: number | undefined): number | undefined =>
  sharedMaxAge === undefined ? undefined : 0

/** What is no date means: expired. A `Date` that is none, or is missing, is now (RFC 9110 §6.6.1). */
const expiresIn = (headers: readonly string[]): number | undefined => {
  const [expires] = valuesOf(headers, 'expires')
  if (expires === undefined) return undefined
  const now = Date.now()
  const expiresAt = parseDate(expires, now)
  const madeAt = parseDate(valuesOf(headers, 'date')[0] ?? '', now)
  if (Number.isNaN(expiresAt)) return 0
  return (expiresAt - (Number.isNaN(madeAt) ? now : madeAt)) / 1000
}
