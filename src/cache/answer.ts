import type { Coding } from '../http/codings.js'
import type { Entry } from './entry.js'
import type { OriginError } from './errors.js'
import type { Outcome } from './observer.js'
import type { OriginAnswer } from './origin.js'

/** How a request is answered. `cacheStatus` is the field value to send. */
export type Answer =
  | {
      readonly kind: 'entry'
      readonly outcome: Outcome
      readonly cacheStatus: string
      readonly entry: Entry
      /** The entry's, in the coding that is sent. */
      readonly body: Buffer
      /** `undefined`: none. Of a 304 it is that of the answer which the caller has. */
      readonly coding: Coding | undefined
      /** 304 when the caller already has this answer. */
      readonly status: number
      /** To be sent where the entry's own headers say nothing of caching; `undefined`: nothing. */
      readonly cacheControl: string | undefined
      /** `undefined` for an answer that has just come from the origin. */
      readonly ageSeconds: number | undefined
      /** What was left of its life, negative when stale; `undefined` for an answer that has just come from the origin. */
      readonly freshSeconds: number | undefined
    }
  | {
      readonly kind: 'relay'
      readonly outcome: Outcome
      readonly cacheStatus: string
      readonly status: number
      readonly received: OriginAnswer
    }
  | {
      readonly kind: 'failure'
      readonly outcome: Outcome
      readonly cacheStatus: string
      readonly status: number
      readonly error: OriginError
    }

export const relayed = (received: OriginAnswer, outcome: Outcome, cacheStatus: string): Answer => ({
  kind: 'relay',
  outcome,
  cacheStatus,
  status: received.status,
  received
})

export const failure = (error: OriginError, cacheStatus: string): Answer => ({
  kind: 'failure',
  outcome: 'failed',
  cacheStatus,
  status: error.status,
  error
})
