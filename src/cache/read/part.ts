import { valueOf, withoutFields } from '../../http/fields.js'
import type { Entry } from '../entry.js'

/**
 * The part of an entry that a `Range` asks for, as a 206 (RFC 9110 §15.3.7); `undefined` for what the origin is to
 * answer: several parts, none, or a condition.
 */
export const partOf = (entry: Entry, headers: readonly string[]): Entry | undefined => {
  const { status, body } = entry
  const bounds = boundsOf(valueOf(headers, 'range') ?? '', body.length)
  if (status !== 200 || bounds === undefined || valueOf(headers, 'if-range') !== undefined) return undefined
  const { first, last } = bounds
  const kept = withoutFields(entry.headers, (name) => name.toLowerCase() === 'content-range')
  return {
    status: 206,
    headers: [...kept, 'Content-Range', `bytes ${first}-${last}/${body.length}`],
    body: body.subarray(first, last + 1),
    generatedAt: entry.generatedAt,
    freshUntil: entry.freshUntil,
    staleWhileRevalidateUntil: entry.staleWhileRevalidateUntil,
    staleIfErrorUntil: entry.staleIfErrorUntil,
    etag: entry.etag,
    tags: entry.tags
  }
}

interface Bounds {
  readonly first: number
  readonly last: number
}

/** RFC 9110 §14.1.2. */
const boundsOf = (range: string, length: number): Bounds | undefined => {
  const [, from = '', to = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/i.exec(range) ?? []
  if (from === '' && to === '') return undefined
  const first = from === '' ? Math.max(0, length - Number(to)) : Number(from)
  const last = from === '' || to === '' ? length - 1 : Math.min(Number(to), length - 1)
  return first <= last ? { first, last } : undefined
}
