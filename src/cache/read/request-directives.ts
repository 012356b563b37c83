import { directiveNames } from '../../http/fields.js'
import type { Lookup } from './lookup.js'
import { needsLeaveToShare } from './storable.js'

/**
 * How the origin is asked for a lookup that no entry answers: not at all, as the request came, by a fetch of its own, or by
 * one that others may wait for, too.
 */
export type Way = 'not' | 'forward' | 'alone' | 'together'

export const wayOf = ({ request, fields, cacheable, mayShare, position }: Lookup): Way => {
  const { noStore, onlyIfCached } = requestDirectivesOf(request.headers)
  if (onlyIfCached) return 'not'
  if (request.method === 'HEAD' || fields.hasRange) return 'forward'
  if (noStore || needsLeaveToShare(request.headers, cacheable.resource)) return 'alone'
  return mayShare || position !== undefined ? 'together' : 'forward'
}

export interface RequestDirectives {
  /** The answer is not stored. */
  readonly noStore: boolean
  /** The origin is not asked. */
  readonly onlyIfCached: boolean
}

/**
 * What a caller's `Cache-Control` asks for, RFC 9111 §5.2.1. The other directives of a request are not honoured, so that no
 * caller can make the origin work for an answer that is here.
 */
export const requestDirectivesOf = (headers: readonly string[]): RequestDirectives => {
  const named = directiveNames(headers)
  return { noStore: named.has('no-store'), onlyIfCached: named.has('only-if-cached') }
}
