import { Readable } from 'node:stream'
import { isListed } from '../../http/conditional.js'
import { valueOf, withoutFields } from '../../http/fields.js'
import { type Entry, ETAG_MAX_LENGTH } from '../entry.js'
import { isOwnEtag } from '../identity/digest.js'
import type { OriginAnswer } from '../origin.js'

/** How the origin can confirm an entry by a 304: with its own entity tag, its own date, or both (RFC 9111 §4.3.1). */
export interface Validation {
  readonly etag: string | undefined
  readonly lastModified: string | undefined
}

type Validated = Pick<Entry, 'etag' | 'headers'>

/**
 * `undefined` where the origin has nothing to know it by again, or a tag that is not stored. An entity tag of ours is never
 * sent to it.
 */
export const validationOf = ({ etag: sent, headers }: Validated): Validation | undefined => {
  if (sent !== undefined && sent.length > ETAG_MAX_LENGTH) return undefined
  const etag = sent === undefined || isOwnEtag(sent) ? undefined : sent
  const lastModified = valueOf(headers, 'last-modified')
  return etag === undefined && lastModified === undefined ? undefined : { etag, lastModified }
}

/** The fields of a request that asks for a 304. */
export const conditionsOf = (validation: Validation | undefined): readonly string[] => {
  if (validation === undefined) return []
  const { etag, lastModified } = validation
  return [
    ...(etag === undefined ? [] : ['If-None-Match', etag]),
    ...(lastModified === undefined ? [] : ['If-Modified-Since', lastModified])
  ]
}

/** RFC 9111 §4.3.4: a 304 with another entity tag is about another answer, and so is one with a strong tag where none was stored. */
export const isAbout = ({ headers }: OriginAnswer, { etag }: Validation): boolean => {
  const sent = valueOf(headers, 'etag')
  if (sent === undefined) return true
  return etag === undefined ? sent.startsWith('W/') : isListed(sent, etag)
}

/**
 * The whole answer that a 304 stands for: the caller may not have asked for a 304. RFC 9111 §3.2: what it says
 * replaces what was stored under the same names, but for what describes the stored body.
 */
export const confirmedAnswer = (stale: Entry, notModified: OriginAnswer): OriginAnswer => {
  notModified.body.resume()
  const update = withoutFields(notModified.headers, describesBody)
  const updated = new Set(update.map((name) => name.toLowerCase()).filter((_, at) => at % 2 === 0))
  const stored = withoutFields(stale.headers, (name) => updated.has(name.toLowerCase()))
  const body = Readable.from([stale.body])
  return { ...notModified, status: stale.status, statusText: 'OK', headers: [...stored, ...update], body }
}

const describesBody = (name: string): boolean => DESCRIBES_BODY.has(name.toLowerCase())

const DESCRIBES_BODY = new Set(['content-length', 'content-encoding', 'content-type', 'content-range'])
