import type { Readable } from 'node:stream'
import type { CancelSignal } from '../../concurrency/cancellation.js'
import type { Entry } from '../entry.js'
import type { Proof } from '../identity/proof.js'
import type { Position } from '../position.js'
import type { Cacheable } from './cacheability.js'
import type { RequestFields } from './request-fields.js'

export interface ReadRequest {
  readonly method: 'GET' | 'HEAD'
  readonly target: string
  readonly headers: readonly string[]
  readonly body: Readable | undefined
  /** Of the caller: he has gone. */
  readonly cancel: CancelSignal
  readonly onInterim?: ((status: number, headers: readonly string[]) => void) | undefined
}

/** One request whose entry was looked for, and what was found. */
export interface Lookup {
  readonly request: ReadRequest
  readonly fields: RequestFields
  readonly cacheable: Cacheable
  /** Its number among all lookups, in the order in which they began. */
  readonly arrival: number
  /** Where the log was when the store was read; `undefined` when the store was unavailable. */
  readonly position: Position | undefined
  /** Fresh or stale; `undefined` when there is none. */
  readonly entry: Entry | undefined
  /** The caller's proof, where it was read with the entry; it may have run out. */
  readonly proof: Proof | undefined
  /** Whether this caller may be given entries, and what was fetched for others: not without a proof where one is needed. */
  readonly mayShare: boolean
}
