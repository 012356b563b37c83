import type { StoreFaultKind } from './errors.js'

// What the store tells an observer.

export type StoreChanged = { readonly state: 'up'; readonly reason: string } | StoreDown

export interface StoreDown {
  readonly state: 'down'
  readonly kind: StoreFaultKind
  /** In the words of the server or the connection: for people only. */
  readonly reason: string
}

export interface StoreLacks {
  readonly capabilities: readonly StoreCapability[]
  /** Why, in the words of a server that refuses to tell. */
  readonly reason: string | undefined
}

export type StoreCapability =
  /** By which a restart is known, also to a process that is new. */
  | 'identity'
  /** What the server does when it is full, and how often it has. */
  | 'evictions'

export interface TokenNotRenewed {
  readonly reason: string
  /** In a row. */
  readonly failures: number
}

/** Why a new epoch began. */
export type EpochReason =
  /** The store held none: it is new, or was flushed. */
  | 'no-epoch'
  /** The server has restarted or was a replica meanwhile: it may lack invalidations that it has acknowledged. */
  | 'another-server'
  /** The server lacks an invalidation that it has acknowledged: it has failed over, or was restored. */
  | 'lost-records'
  /** Redis has evicted keys of any kind: what an invalidation needs may be among them. */
  | 'evictions'
  /** Under the name of a tag index stood something else. */
  | 'damaged-index'
  /** Somebody invalidated everything. */
  | 'everything-invalidated'
