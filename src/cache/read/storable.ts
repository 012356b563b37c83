import { valueOf } from '../../http/fields.js'
import type { UnstoredReason } from '../observer.js'
import type { Resource } from '../resource.js'
import type { Cacheable } from './cacheability.js'

/** A status and a type that the row stores, nobody's cookie, no coding, and no dependence on what the key does not hold. */
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
  if (!isStorableStatus(status, resource)) return unstorableStatus(status)
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
  if (resource.isJson && !isJson) return unstorable('content-type')
  if (isCoded) return unstorable('content-encoding')
  return isForeign ? unstorable('vary') : { kind: 'storable' }
}

/** What scope, the key and the headers of a fetch already stand for is no obstacle; anything else is. */
const hasForeign = (vary: string, resource: Resource): boolean =>
  vary
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .some((name) => name !== '' && !isStoodFor(name, resource))

/** Where any type is stored, the caller's own `Accept` is asked with. */
const isStoodFor = (name: string, { vary, languages, isJson }: Resource): boolean =>
  (STOOD_FOR.has(name) && (isJson || name !== 'accept')) ||
  (name === 'accept-language' && languages !== undefined) ||
  vary.some((variation) => variation.name === name)

export const unstorableStatus = (status: number): Unstorable =>
  unstorable('status', status < 400 || LASTING_ERRORS.has(status))

const isStorableStatus = (status: number, { statuses }: Resource): boolean =>
  statuses === 'any' ? status >= 200 && !NEVER_STORED.has(status) : statuses.includes(status)

/** A part of an answer, no answer, and what says that a caller may not: that is not for others. */
export const NEVER_STORED: ReadonlySet<number> = new Set([206, 304, 401, 403, 407])

/** RFC 9111 §3.5: the answer to this request is for others only where the origin says so. */
export const needsLeaveToShare = (headers: readonly string[], resource: Resource): boolean =>
  resource.scope === 'public' && !resource.sharesAuthorized && valueOf(headers, 'authorization') !== undefined

/** The origin has not answered in the language that it was asked for: a cookie or the address told it another one. */
const isOther = (contentLanguage: string, language: string | undefined): boolean =>
  language !== undefined && contentLanguage.trim().toLowerCase() !== language.toLowerCase()

const STOOD_FOR = new Set(['accept', 'accept-encoding', 'cookie', 'origin'])
/** Other errors pass: they must not end the collapsing of later lookups. */
const LASTING_ERRORS = new Set([404, 405, 406, 410])
