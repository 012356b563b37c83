import { hash } from 'node:crypto'
import { createLru } from '../lru.js'
import type { IdentitySources } from '../resource.js'

/** 132 bits of SHA-256 in 22 characters that need no escaping in a key. */
export const digest = (text: string): string => hash('sha256', text, 'base64url').slice(0, 22)

/** A strong validator of bytes for which the origin gives none, RFC 9110 §8.8.3. It is never sent to the origin. */
export const etagOf = (body: Buffer): string => `${OWN}${hash('sha256', body, 'base64url').slice(0, 22)}"`

export const isOwnEtag = (etag: string): boolean => etag.startsWith(OWN)

const OWN = '"~'

/** Values in an order that matters, so that no two different lists give one text. */
export const delimit = (values: readonly string[]): string =>
  values.map((value) => `${value.length}:${value}`).join(',')

/** Callers whose digest is remembered: hashing takes longer than all the rest of a hit's look at its request. */
const REMEMBERED = 2000

/** Digest of everything that tells the origin who is calling; `undefined` for nobody. */
export type Identify = (cookies: readonly string[], credentials: readonly string[]) => string | undefined

/**
 * The identity counts every value of every configured header and cookie, in order, and nothing else: two
 * requests that the origin could tell apart never share one. Names are compared more loosely than the origin
 * compares them (Django trims cookie names): taking too much into the identity only splits it. Where servers
 * differ, the request is counted as it is: some read `Remote_User` as `Remote-User` and some drop it, some
 * join several `Cookie` fields by commas and some by semicolons.
 *
 * Told the values of the `Cookie` fields, and names and values of the credentials in turn.
 */
export const createIdentify = (sources: IdentitySources): Identify => {
  const digestOf = (cookies: readonly string[], credentials: readonly string[]): string => {
    const found = [...credentials]
    for (const field of cookies) collectCookies(field, sources.cookies, found)
    if (found.length > 0 && cookies.length > 1) for (const field of cookies) found.push('cookie', field)
    return found.length === 0 ? NOBODY : digest(delimit(inSourceOrder(found, sources)))
  }
  const ofCookie = createLru(REMEMBERED, (cookie) => digestOf([cookie], []))
  const ofAll = createLru<string, Sent>(REMEMBERED, (_, sent) => digestOf(sent.cookies, sent.credentials))

  const ofSeveral = (sent: Sent): string | undefined => {
    const text = delimit([`${sent.cookies.length}`, ...sent.cookies, ...sent.credentials])
    return ofAll.get(text) ?? ofAll.memo(text, { context: sent })
  }

  return (cookies, credentials) => {
    const [cookie] = cookies
    if (cookie === undefined && credentials.length === 0) return undefined
    const isCookieOnly = cookie !== undefined && cookies.length === 1 && credentials.length === 0
    const identity = isCookieOnly
      ? (ofCookie.get(cookie) ?? ofCookie.memo(cookie))
      : ofSeveral({ cookies, credentials })
    return identity === NOBODY ? undefined : identity
  }
}

interface Sent {
  readonly cookies: readonly string[]
  readonly credentials: readonly string[]
}

const NOBODY = ''

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
