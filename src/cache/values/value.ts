import { createHash } from 'node:crypto'

import { ageSeconds, ttlSeconds, type Entry } from '../entry.js'

/** A value as it is read. */
export interface Value {
  readonly body: Buffer
  readonly contentType: string
  readonly etag: string
  readonly ageSeconds: number
  readonly ttlSeconds: number
}

/** A value as it is put. */
export interface NewValue {
  readonly key: string
  readonly body: Buffer
  readonly contentType: string
  readonly tags: readonly string[]
  readonly ttlSeconds: number
}

export const entryOf = (value: NewValue, now: number): Entry & { readonly etag: string } => {
  const tags = [...new Set(value.tags)].sort()
  return {
    status: 200,
    headers: ['content-type', value.contentType],
    body: value.body,
    generatedAt: now,
    ...expiringAt(now + value.ttlSeconds * 1000),
    etag: etagOf({ ...value, tags }),
    tags
  }
}

const expiringAt = (
  at: number
): Pick<Entry, 'freshUntil' | 'staleWhileRevalidateUntil' | 'staleIfErrorUntil'> => ({
  freshUntil: at,
  staleWhileRevalidateUntil: at,
  staleIfErrorUntil: at
})

/**
 * The same value with another expiry, field by field: a store's entry may be a view without fields of its own. One
 * whose maker's clock was ahead of this one counts as made `now`.
 */
export const renewed = (entry: Entry, freshUntil: number, now: number): Entry => ({
  status: entry.status,
  headers: entry.headers,
  body: entry.body,
  generatedAt: Math.min(entry.generatedAt, now),
  ...expiringAt(freshUntil),
  etag: entry.etag,
  tags: entry.tags
})

export const valueOf = (entry: Entry, now: number): Value => ({
  body: entry.body,
  contentType: contentTypeOf(entry),
  etag: entry.etag ?? '',
  ageSeconds: ageSeconds(entry, now),
  ttlSeconds: ttlSeconds(entry, now)
})

export const contentTypeOf = (entry: Entry): string => entry.headers[1] ?? 'application/octet-stream'

/** The integer that the body is the decimal text of, if it is one that arithmetic is exact on. */
export const integerIn = (body: Buffer): number | undefined => {
  const text = body.length > 17 ? '' : body.toString('latin1')
  const value = /^(?:0|-?[1-9]\d*)$/.test(text) ? Number(text) : undefined
  return Number.isSafeInteger(value) ? value : undefined
}

/** The tags count too: a touch or increment over the same bytes with other tags would lose the new tags. */
const etagOf = ({ contentType, tags, body }: NewValue): string => {
  const digest = createHash('sha256')
    .update(JSON.stringify([contentType, tags]))
    .update(body)
  return `"${digest.digest('base64url').slice(0, 22)}"`
}
