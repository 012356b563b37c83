import type { BypassReason } from '../http/cache-status.js'
import type { Coding } from '../http/codings.js'
import type { Audited } from './audit-events.js'
import type { OriginError, StoreFaultKind } from './errors.js'
import type { Invalidation, InvalidationKind, InvalidationSource } from './invalidation.js'
import type {
  OutboxChanged,
  OutboxCounted,
  OutboxFault,
  OutboxRowUnreadable,
  OutboxTaken
} from './outbox-events.js'
import type { EpochReason, StoreChanged, StoreDown, StoreLacks, TokenNotRenewed } from './store-events.js'

/** How a request was answered. `hit` and `stale` came from the cache; the rest from the origin or from nobody. */
export type Outcome =
  | 'hit'
  | 'stale'
  | 'miss'
  | 'collapsed'
  | 'unproven'
  | 'store-unavailable'
  | 'bypass'
  | 'write'
  | 'failed'
  /** Where the cache only observes: the origin has answered what the cache would have. */
  | 'would-hit'
  | 'would-stale'
  | 'would-miss'

/** Why an answer of the origin to a cacheable read was not stored. */
export type UnstoredReason =
  /** Another status than those of the row: 200, unless it says more. */
  | 'status'
  /** `Set-Cookie`: it is one caller's. */
  | 'set-cookie'
  /** No JSON, by its `Content-Type`, for a row that stores JSON only. */
  | 'content-type'
  | 'content-encoding'
  /** `Vary` names a field that the key does not hold. */
  | 'vary'
  /** A page of another site asked, which the answer does not name. */
  | 'cors'
  /** Of the answer, or of the request. */
  | 'no-store'
  /** And the origin could not confirm it: it has neither `ETag` nor `Last-Modified`. */
  | 'no-cache'
  /** `private`, for a row that is shared. */
  | 'private'
  /** The request had `Authorization`, and neither the answer nor its row, which is public, says that others may have it. */
  | 'authorization'
  /** No lifetime is left, by `max-age`, `Expires` or `Age`. */
  | 'expired'
  /** More than `MAX_ENTRY_BYTES`. */
  | 'too-large'
  /** The body is no JSON. */
  | 'malformed'
  /** The body does not show what the row's tags are made from. */
  | 'tags'
  /** An invalidation since the origin was asked reaches it. */
  | 'invalidated'
  /** A 304 confirmed an entry that is no longer there. */
  | 'outdated'
  | 'store-error'
  | 'store-unavailable'

/** What the cache tells whoever watches it; it never waits for them. Durations are in milliseconds. */
export interface Observer {
  answered(event: Answered): void
  /** A read that was not looked up; it was told as answered, too. */
  bypassed(event: Bypassed): void
  /** An answer to a cacheable read was not stored: it could not be, the fence refused it, or the store failed. */
  unstored(event: { readonly resource: string; readonly key: string; readonly reason: UnstoredReason }): void
  /** The body of an answer to be stored has been compressed, or not. */
  compressed(event: Compressed): void
  /** One request to the origin has its answer; `status` is 0 when there is none, and `error` says why: it was refused here, too. */
  originAsked(event: {
    readonly resource: string
    readonly status: number
    readonly durationMs: number
    readonly error?: OriginError
  }): void
  /** One request to the origin has no answer. It was told as asked, too. */
  originFailed(event: {
    readonly resource: string
    readonly durationMs: number
    readonly error: OriginError
  }): void
  /** An answer of the origin ended before its end, after its head had been passed on. */
  originBrokeOff(event: BrokenOff): void
  invalidated(event: Invalidated): void
  /** Invalidations that came too often were carried out as one; `cause` says of what kind they were. */
  invalidationsFolded(event: InvalidationsFolded): void
  /** One failed store operation; the store's own state is told apart from it. */
  storeFailed(event: {
    readonly operation: string
    readonly kind: StoreFaultKind
    readonly error: Error
  }): void
  storeAsked(event: { readonly operation: string; readonly durationMs: number }): void
  /** Called once per transition. */
  storeChanged(event: StoreChanged): void
  /** Tried again in vain; the reason may be another one than before. */
  storeStaysDown(event: Omit<StoreDown, 'state'>): void
  /** What the server of the store does not tell of itself: told once, and again when it is something else. */
  storeLacks(event: StoreLacks): void
  /** A token to log in to the store with has come, and the connection that is there has been given it. */
  tokenRenewed(event: {
    /** Epoch milliseconds. */
    readonly expiresAt: number
  }): void
  /** None has come, or the store did not take it; the one before is used until it expires. */
  tokenNotRenewed(event: TokenNotRenewed): void
  /** A new epoch has begun: every older entry is unreadable. */
  epochBegan(event: { readonly reason: EpochReason }): void
  /** The outbox can be read, or not any more: told once per transition. */
  outboxChanged(event: OutboxChanged): void
  /** One vain attempt to take rows of the outbox. */
  outboxFailed(event: OutboxFault): void
  outboxTaken(event: OutboxTaken): void
  /** Told now and then while the outbox can be read. */
  outboxCounted(event: OutboxCounted): void
  outboxRowUnreadable(event: OutboxRowUnreadable): void
  /** An answer from the cache was compared with one of the origin. */
  audited(event: Audited): void
}

export interface Compressed {
  readonly resource: string
  readonly coding: Coding
  readonly outcome:
    | 'kept'
    /** The coded body was not smaller. */
    | 'larger'
    /** With it, the entry would have more than `MAX_ENTRY_BYTES`. */
    | 'too-large'
    /** Too many bodies were being compressed. */
    | 'busy'
    | 'failed'
  /** Of one that failed. */
  readonly error?: Error
}

export interface BrokenOff {
  readonly resource: string
  readonly receivedBytes: number
  /** `undefined` when the answer did not say how long it is. */
  readonly expectedBytes: number | undefined
  readonly error: Error
}

/** By which one request can be followed through all of a cluster. */
export interface Trace {
  readonly requestId: string | undefined
  readonly traceparent: string | undefined
}

export interface Answered extends Trace {
  /** The row's name; `none` without one. */
  readonly resource: string
  /** The path of the row, as the table has it; `undefined` without one. */
  readonly route: string | undefined
  /** `undefined` for a bypass. */
  readonly key: string | undefined
  readonly outcome: Outcome
  readonly status: number
  readonly durationMs: number
  /** Of an answer that was stored. */
  readonly ageSeconds?: number | undefined
  /** And what was left of its life, negative when stale. */
  readonly freshSeconds?: number | undefined
  /** Of the body of such an answer, as it is sent; 0 with a 304. */
  readonly bytes?: number | undefined
}

export interface Bypassed extends Pick<Answered, 'resource' | 'route' | 'status'> {
  readonly reason: BypassReason
  readonly target: string
}

export interface InvalidationsFolded {
  /** `wide`: everything, or whole tag groups, by one caller. `outbox`: a flood of names in the outbox, by their families or everything. */
  readonly cause: 'denial' | 'log-in' | 'wide' | 'outbox'
  readonly count: number
}

export interface Invalidated {
  readonly named: Invalidation
  readonly source: InvalidationSource
  readonly kinds: readonly InvalidationKind[]
  readonly outcome: 'done' | 'pending'
  readonly removed: number
}
