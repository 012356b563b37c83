import { parseDate } from './date.js'

/** What a client says of the copy that it has. `undefined` for a field that it did not send. */
export interface Conditions {
  readonly ifNoneMatch: string | undefined
  readonly ifModifiedSince?: string | undefined
}

/** What the answer says of itself. */
export interface Validators {
  readonly etag: string | undefined
  readonly lastModified?: string | undefined
}

/** Whether a read is answered 304. RFC 9110 §13.2.2: `If-None-Match` goes before `If-Modified-Since`. */
export const isNotModified = (
  { ifNoneMatch, ifModifiedSince }: Conditions,
  { etag, lastModified }: Validators
): boolean => {
  if (ifNoneMatch !== undefined) return isListed(ifNoneMatch, etag)
  if (ifModifiedSince === undefined || lastModified === undefined) return false
  // A date that cannot be read is NaN, which is neither before nor after another.
  const now = Date.now()
  return parseDate(lastModified, now) <= parseDate(ifModifiedSince, now)
}

/** Whether `If-None-Match` lists the entity tag, by weak comparison (RFC 9110 §8.8.3.2). `*` lists every one. */
export const isListed = (list: string, etag: string | undefined): boolean => {
  if (list.trim() === '*') return true
  if (etag === undefined) return false
  const opaque = etag.replace(/^W\//, '')
  return [...list.matchAll(/"[^"]*"/g)].some(([listed]) => listed === opaque)
}
