import { valuesOf } from '../../http/fields.js'

/**
 * What a caller's `Cache-Control` asks for, RFC 9111 §5.2.1. The other directives of a request are not honoured, so that no
 * caller can make the origin work for an answer that is here. Asked for only when nothing here answers the request.
 */
export interface RequestDirectives {
  /** The answer is not stored. */
  readonly noStore: boolean
  /** The origin is not asked. */
  readonly onlyIfCached: boolean
}

export const requestDirectivesOf = (headers: readonly string[]): RequestDirectives => {
  const named = valuesOf(headers, 'cache-control').flatMap((value) =>
    value.split(',').map((text) => (text.split('=', 1)[0] ?? '').trim().toLowerCase())
  )
  return { noStore: named.includes('no-store'), onlyIfCached: named.includes('only-if-cached') }
}
