import type { Readable } from 'node:stream'
import type { Entry } from '../entry.js'
import type { CancelSignal } from '../../concurrency/cancellation.js'
import type { Cacheability } from './cacheability.js'
import type { Position } from '../position.js'
import type { RequestFields } from './request-fields.js'

export interface ReadRequest {
  readonly method: 'GET' | 'HEAD'
  readonly target: string
  readonly headers: readonly string[]
  readonly body: Readable | undefined
  readonly caller: CancelSignal
  readonly onInterim?: ((status: number, headers: readonly string[]) => void) | undefined
}

/** One request that looks for an entry, and what it has found so far. */
export interface Lookup {
  readonly request: ReadRequest
  readonly fields: RequestFields
  readonly plan: Extract<Cacheability, { kind: 'lookup' }>
  readonly arrival: number
  /** Where the log was when the store was read; `undefined` when the store was unavailable. */
  readonly position: Position | undefined
  /** Fresh or stale; `undefined` when there is none. */
  readonly entry: Entry | undefined
  /** The caller's proof, where it was read with the entry; it may have run out. */
  readonly proof: Entry | undefined
  readonly isProven: boolean
}
