/** What a caller has said of the answer that he may have already. */
export interface Conditions {
  readonly ifNoneMatch: string | undefined
  readonly ifModifiedSince: string | undefined
}

export interface Validators {
  readonly etag: string | undefined
  readonly lastModified: string | undefined
}

/** RFC 9110 §13.2.2: `If-None-Match` goes before `If-Modified-Since`. */
export const isNotModified = (
  { ifNoneMatch, ifModifiedSince }: Conditions,
  { etag, lastModified }: Validators
): boolean => {
  if (ifNoneMatch !== undefined) return isListed(ifNoneMatch, etag)
  if (ifModifiedSince === undefined || lastModified === undefined) return false
  return Date.parse(lastModified) <= Date.parse(ifModifiedSince)
}

/** Weak comparison, RFC 9110 §8.8.3.2. */
export const isListed = (list: string, etag: string | undefined): boolean => {
  if (list.trim() === '*') return true
  if (etag === undefined) return false
  const opaque = etag.replace(/^W\//, '')
  return [...list.matchAll(/"[^"]*"/g)].some(([listed]) => listed === opaque)
}
