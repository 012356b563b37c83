import { ageSeconds, type Entry } from './entry.js'
import type { OriginError } from './errors.js'
import type { Outcome } from './observer.js'
import type { OriginAnswer } from './origin.js'
import { type RequestFields, valueOf } from './read/request-fields.js'

/** How a request is answered. `cacheStatus` is the field value to send. */
export type Answer =
  | {
      readonly kind: 'entry'
      readonly outcome: Outcome
      readonly cacheStatus: string
      readonly entry: Entry
      /** 304 when the caller already has this answer. */
      readonly status: number
      /** `undefined` for an answer that has just come from the origin. */
      readonly ageSeconds: number | undefined
    }
  | {
      readonly kind: 'relay'
      readonly outcome: Outcome
      readonly cacheStatus: string
      readonly status: number
      readonly answer: OriginAnswer
    }
  | {
      readonly kind: 'failure'
      readonly outcome: Outcome
      readonly cacheStatus: string
      readonly status: number
      readonly error: OriginError
    }

export interface EntryAnswer {
  readonly outcome: Outcome
  readonly cacheStatus: string
  readonly entry: Entry
  readonly fields: RequestFields
}

/** An answer from the cache, with its age at `now`. */
export const cachedAnswer = (answer: EntryAnswer, now: number): Answer =>
  entryAnswer(answer, ageSeconds(answer.entry, now))

/** An answer that has just come from the origin. */
export const filledAnswer = (answer: EntryAnswer): Answer => entryAnswer(answer, undefined)

const entryAnswer = (answer: EntryAnswer, age: number | undefined): Answer => ({
  kind: 'entry',
  outcome: answer.outcome,
  cacheStatus: answer.cacheStatus,
  entry: answer.entry,
  status: statusFor(answer.entry, answer.fields),
  ageSeconds: age
})

export const relayed = (answer: OriginAnswer, outcome: Outcome, cacheStatus: string): Answer => ({
  kind: 'relay',
  outcome,
  cacheStatus,
  status: answer.status,
  answer
})

export const failure = (error: OriginError, cacheStatus: string): Answer => ({
  kind: 'failure',
  outcome: 'failed',
  cacheStatus,
  status: error.status,
  error
})

/** RFC 9110 §13.2.2: `If-None-Match` goes before `If-Modified-Since`. */
const statusFor = (entry: Entry, { ifNoneMatch, ifModifiedSince }: RequestFields): number => {
  if (ifNoneMatch !== undefined) return isListed(ifNoneMatch, entry.etag) ? 304 : entry.status
  if (ifModifiedSince === undefined) return entry.status
  const lastModified = valueOf(entry.headers, 'last-modified')
  if (lastModified === undefined) return entry.status
  return Date.parse(lastModified) <= Date.parse(ifModifiedSince) ? 304 : entry.status
}

/** Weak comparison, RFC 9110 §8.8.3.2. */
const isListed = (list: string, etag: string | undefined): boolean => {
  if (list.trim() === '*') return true
  if (etag === undefined) return false
  const opaque = etag.replace(/^W\//, '')
  return [...list.matchAll(/"[^"]*"/g)].some(([listed]) => listed === opaque)
}
