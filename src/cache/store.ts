import type { Entry } from './entry.js'
import type { Invalidation, LogRecord } from './invalidation.js'
import type { Position } from './position.js'

/**
 * What a store promises: a read returns entries of the current epoch only, together with the position they
 * were read at; a commit is atomic with the check of its position; an invalidation that is `done` has
 * removed every entry it names and left a record that refuses the fills that were under way.
 *
 * A store key is a name in the store: `<key>`, `@value:<key>`, `@proof:<identity>` or `@known:<identity>`. Every method rejects with
 * `StoreUnavailableError` when the store cannot answer, and with nothing else.
 */
export interface Store {
  read(storeKeys: readonly string[]): Promise<Reading>
  /** Bytes of each body, at most `ENVELOPE_BYTES` too many, and 0 where nothing is: to know before much is read. */
  sizes(storeKeys: readonly string[]): Promise<readonly number[]>
  /** A page of the keys of values that can be read now; `undefined` for a cursor that it has not given. */
  list(listing: Listing): Promise<Listed | undefined>
  commit(commit: Commit): Promise<readonly CommitOutcome[]>
  /** Never rejects. Tries again for a bounded time while the store cannot take it; after that it is `pending`. */
  invalidate(invalidation: Invalidation, options?: InvalidateOptions): Promise<InvalidateResult>
  /** The records after one position up to another; `undefined` when they are no longer known. */
  recordsBetween(after: Position, upTo: Position): Promise<readonly LogRecord[] | undefined>
  /** Removes index members whose entry has expired, and old records. */
  sweep(): Promise<void>
  stats(): Promise<StoreStats>
  /** For a process that stops: invalidations that wait for the store are `pending` at once, and so are later ones. */
  endWaiting(): void
  close(): Promise<void>
}

/** What a value of the greatest number of tags takes in a store beside its body. */
export const ENVELOPE_BYTES = 64 * 1024

export interface Reading {
  readonly position: Position
  /** In the order of the store keys asked for. */
  readonly entries: readonly (Entry | undefined)[]
}

export interface Listing {
  /** A glob over keys. */
  readonly pattern: string
  /** Of the page before; `undefined` for the first one. */
  readonly cursor: string | undefined
  /** How many keys a page has, roughly. */
  readonly count: number
}

/** Keys that are there all the time are in one of the pages at least. */
export interface Listed {
  readonly keys: readonly string[]
  /** Of the next page, which may be there however few keys this one has; `undefined` for the last one. */
  readonly cursor: string | undefined
}

export interface PendingWrite {
  readonly storeKey: string
  readonly entry: Entry
  /** `absent`: only when there is no entry; `present`: only when there is; `etag`: only over that entry. */
  readonly condition?: 'absent' | 'present' | { readonly etag: string }
}

export interface Commit {
  readonly writes: readonly PendingWrite[]
  /** The position read before the origin was asked; without one they are stored unfenced. */
  readonly position: Position | undefined
}

/** `refused`: an invalidation came in between. `unmet`: the write's condition does not hold. */
export type CommitOutcome = 'stored' | 'refused' | 'unmet'

export interface InvalidateOptions {
  /** Wait no longer than this, and than the store's own bound; 0: only for the first attempt. */
  readonly waitMs?: number | undefined
}

export interface CarriedOut {
  readonly outcome: 'done'
  /** With its record, the last one of it: what is read from here on is newer than what it names. */
  readonly position: Position
  /** 0 when it was carried out together with others that had waited. */
  readonly removed: number
}

export type InvalidateOutcome = InvalidateResult['outcome']

export type InvalidateResult = CarriedOut | { readonly outcome: 'pending' }

export interface StoreStats {
  readonly kind: 'memory' | 'redis'
  readonly state: StoreState
  readonly entries: number | undefined
  readonly usedBytes: number | undefined
  /** 0: no limit. */
  readonly maxBytes: number | undefined
  readonly pendingInvalidations: number
}

export type StoreState = 'up' | 'down'
