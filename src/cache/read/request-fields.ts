import { delimit, digest } from '../identity/digest.js'
import { createMemo } from '../lru.js'
import type { IdentitySources } from '../resource.js'

/** What the read path needs of a request's header section, collected in one pass. */
export interface RequestFields {
  /** Digest of everything that tells the origin who is calling; `undefined` for nobody. */
  readonly identity: string | undefined
  readonly accept: string | undefined
  readonly origin: string | undefined
  readonly ifNoneMatch: string | undefined
  readonly ifModifiedSince: string | undefined
  readonly hasRange: boolean
  readonly hasBody: boolean
  /** Told in the log, so that one request can be followed through all of a cluster. */
  readonly trace: Trace
}

export interface Trace {
  readonly requestId: string | undefined
  readonly traceparent: string | undefined
}

export type ReadFields = (headers: readonly string[]) => RequestFields

/** Callers whose digest is remembered: hashing takes longer than all the rest of a hit's look at its request. */
const REMEMBERED = 2000

/**
 * The identity counts every value of every configured header and cookie, in order, and nothing else: two
 * requests that the origin could tell apart never share one. Names are compared more loosely than the origin
 * compares them (Django trims cookie names): taking too much into the identity only splits it. Where servers
 * differ, the request is counted as it is: some read `Remote_User` as `Remote-User` and some drop it, some
 * join several `Cookie` fields by commas and some by semicolons.
 */
export const createFieldReader = (sources: IdentitySources): ReadFields => {
  const identify = createIdentification(sources)
  const roles = createMemo<Role>(200)
  const roleOf = (sent: string): Role => {
    const name = fieldName(sent)
    if (name !== 'cookie' && sources.headers.includes(name)) return 'credential'
    return ROLES.get(name) ?? 'other'
  }
  return (headers) => {
    const cookies: string[] = []
    const credentials: string[] = []
    let accept: string | undefined
    let origin: string | undefined
    let ifNoneMatch: string | undefined
    let ifModifiedSince: string | undefined
    let hasRange = false
    let hasBody = false
    let requestId: string | undefined
    let traceparent: string | undefined
    for (let at = 0; at < headers.length; at += 2) {
      const sent = headers[at] ?? ''
      const role = roles.get(sent) ?? roles.set(sent, roleOf(sent))
      if (role === 'other') continue
      const value = headers[at + 1] ?? ''
      if (role === 'cookie') cookies.push(value)
      else if (role === 'credential') credentials.push(fieldName(sent), delimit([sent.toLowerCase(), value]))
      else if (role === 'accept') accept = accept === undefined ? value : `${accept},${value}`
      else if (role === 'origin') origin = origin === undefined ? value : `${origin}\n${value}`
      else if (role === 'if-none-match')
        ifNoneMatch = ifNoneMatch === undefined ? value : `${ifNoneMatch},${value}`
      else if (role === 'if-modified-since') ifModifiedSince = value
      else if (role === 'range') hasRange = true
      else if (role === 'x-request-id') requestId = value
      else if (role === 'traceparent') traceparent = value
      else if (role === 'transfer-encoding' || value !== '0') hasBody = true
    }
    const identity = identify(cookies, credentials)
    const trace = { requestId, traceparent }
    return { identity, accept, origin, ifNoneMatch, ifModifiedSince, hasRange, hasBody, trace }
  }
}

const NAMED = [
  'cookie',
  'accept',
  'origin',
  'if-none-match',
  'if-modified-since',
  'range',
  'x-request-id',
  'traceparent',
  'transfer-encoding',
  'content-length'
] as const

/** What a field is to the read path. */
type Role = (typeof NAMED)[number] | 'credential' | 'other'

const ROLES = new Map<string, Role>(NAMED.map((name) => [name, name]))

/** The digest of `Cookie` fields and of credentials: names and values in turn. Remembered under their raw text. */
const createIdentification = (sources: IdentitySources) => {
  const ofCookie = createMemo<string>(REMEMBERED)
  const ofAll = createMemo<string>(REMEMBERED)
  const NOBODY = ''

  const digestOf = (cookies: readonly string[], credentials: readonly string[]): string => {
    const found = [...credentials]
    for (const field of cookies) collectCookies(field, sources.cookies, found)
    if (found.length > 0 && cookies.length > 1) for (const field of cookies) found.push('cookie', field)
    return found.length === 0 ? NOBODY : digest(delimit(inSourceOrder(found, sources)))
  }

  return (cookies: readonly string[], credentials: readonly string[]): string | undefined => {
    const [cookie] = cookies
    if (cookie === undefined && credentials.length === 0) return undefined
    const isCookieOnly = cookie !== undefined && cookies.length === 1 && credentials.length === 0
    const memo = isCookieOnly ? ofCookie : ofAll
    const text = isCookieOnly ? cookie : delimit([`${cookies.length}`, ...cookies, ...credentials])
    const known = memo.get(text) ?? memo.set(text, digestOf(cookies, credentials))
    return known === NOBODY ? undefined : known
  }
}

/** Every value of one request header, in order. */
export const valuesOf = (headers: readonly string[], name: string): string[] => {
  const values: string[] = []
  for (let at = 0; at < headers.length; at += 2) {
    const sent = headers[at] ?? ''
    // Most differ in length, so that they need not be put in lower case.
    if (sent.length === name.length && fieldName(sent) === name) values.push(headers[at + 1] ?? '')
  }
  return values
}

/** The first value of a header. */
export const valueOf = (headers: readonly string[], name: string): string | undefined => {
  for (let at = 0; at < headers.length; at += 2) {
    const sent = headers[at] ?? ''
    if (sent.length === name.length && sent.toLowerCase() === name) return headers[at + 1]
  }
  return undefined
}

/** Names and values in turn, less the fields that the test picks by their names, as these were sent. */
export const withoutFields = (headers: readonly string[], isDropped: (name: string) => boolean): string[] => {
  const kept: string[] = []
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] ?? ''
    if (!isDropped(name)) kept.push(name, headers[at + 1] ?? '')
  }
  return kept
}

/** In lower case, and as WSGI may read it. */
export const fieldName = (name: string): string => {
  const lower = name.toLowerCase()
  return lower.includes('_') ? lower.replaceAll('_', '-') : lower
}

const collectCookies = (header: string, names: readonly string[], found: string[]): void => {
  if (!names.some((name) => header.includes(name))) return
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=')
    if (equals < 0) continue
    const raw = pair.slice(0, equals)
    const name = raw.replace(/[^!#$%&'*+\-.^_`|~0-9A-Za-z]/g, '')
    if (!names.includes(name)) continue
    found.push(`cookie ${name}`, pair.slice(equals + 1))
    // What is no more than spaces away from the name is the name to every server; the rest only may be.
    if (raw.replace(/^[ \t]+|[ \t]+$/g, '') !== name) found.push('cookie', raw)
  }
}

/** Values of one name keep their order; names are put in theirs, whatever order the request had. */
const inSourceOrder = (found: readonly string[], sources: IdentitySources): readonly string[] => {
  if (found.length === 2) return found
  const names = [...sources.headers, ...sources.cookies.map((name) => `cookie ${name}`), 'cookie']
  return names.flatMap((name) =>
    found.flatMap((value, at) => (at % 2 === 1 && found[at - 1] === name ? [name, value] : []))
  )
}
