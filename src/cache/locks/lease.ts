import { randomBytes } from 'node:crypto'
import { type Position, recordIdOf } from '../position.js'
import type { Entry } from '../entry.js'

/** 128 random bits: who has it may renew and release the lease, and nobody else. */
export const newToken = (): string => randomBytes(16).toString('base64url')

export const TOKEN = /^[A-Za-z0-9_-]{22}$/

/** A lease as an entry, whose etag is its token. It lives for `ttlMs` from `now` by the clock of the store. */
export const leaseOf = (token: string, ttlMs: number, now: number): Entry => ({
  status: 200,
  headers: [],
  body: Buffer.alloc(0),
  generatedAt: now,
  freshUntil: now + ttlMs,
  staleWhileRevalidateUntil: 0,
  staleIfErrorUntil: 0,
  etag: etagOf(token),
  tags: []
})

export const etagOf = (token: string): string => `"${token}"`

/** What takes the place of a lease that is given back: it expires at once, and no token is so short. */
export const releasedLease = (now: number): Entry => leaseOf('', 0, now)

export const isLease = (entry: Entry | undefined): entry is Entry =>
  entry !== undefined && entry.etag !== etagOf('')

/** The id of a record as text that sorts as records do: numbers of one length. */
export const fenceOf = (position: Position): string =>
  recordIdOf(position)
    .split('-')
    .map((part) => part.padStart(16, '0'))
    .join('-')
