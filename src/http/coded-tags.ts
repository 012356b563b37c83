import { CODINGS, type Coding } from './codings.js'
import { isListed } from './conditional.js'

/**
 * The entity tag of an answer whose body is coded. A strong one names exactly these bytes (RFC 9110 §8.8.3.3), so that each
 * coding has its own: `"abc"` is `"abc~br"`. A weak one is for all of them. No origin's own tag is likely to end like that;
 * `-br` or `-gzip` may well be one of Apache's, and would be taken for one of these.
 */
export const codedTag = (etag: string, coding: Coding): string => {
  if (etag.startsWith('W/')) return etag
  return etag.endsWith('"') ? `${etag.slice(0, -1)}~${coding}"` : `${etag}~${coding}`
}

/** A list of entity tags as if no body had been coded. */
export const uncodedTags = (list: string): string =>
  list.includes('~') ? list.replaceAll(CODED_TAG_END, '"') : list

const CODED_TAG_END = new RegExp(`~(?:${CODINGS.join('|')})"`, 'g')

/**
 * Which coding of the answer with this tag a caller has, by its `If-None-Match`; the one that it would be sent if it has
 * that too. `undefined` is the answer as it is. A 304 must name what the caller has: RFC 9111 §4.3.4.
 */
export const listedCoding = (list: string, etag: string, sent: Coding | undefined): Coding | undefined => {
  if (sent !== undefined && isListed(list, codedTag(etag, sent))) return sent
  if (isListed(list, etag)) return undefined
  return CODINGS.find((coding) => isListed(list, codedTag(etag, coding))) ?? sent
}

/** Makes the entity tag among header fields that of the coding. */
export const tagCoded = (headers: string[], coding: Coding): void => {
  for (let at = 0; at < headers.length; at += 2) {
    if (headers[at]?.toLowerCase() === 'etag') headers[at + 1] = codedTag(headers[at + 1] ?? '', coding)
  }
}

/**
 * Header fields for an origin, which knows nothing of codings: its conditions name its own tags. `If-Range` stays as it is:
 * a tag that the origin does not know gets the whole answer, and no part of other bytes than the caller has.
 */
export const withoutCodedTags = (headers: readonly string[]): readonly string[] => {
  let sent: string[] | undefined
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] ?? ''
    if (!CONDITIONS.has(name.toLowerCase())) continue
    const list = headers[at + 1] ?? ''
    const uncoded = uncodedTags(list)
    if (uncoded === list) continue
    sent ??= headers.slice()
    sent[at + 1] = uncoded
  }
  return sent ?? headers
}

const CONDITIONS = new Set(['if-match', 'if-none-match'])
