// What the reader of the outbox tells an observer.

/** Why rows of the outbox could not be taken. */
export type OutboxFaultKind =
  /** The store has not taken their invalidation: they wait in the outbox. */
  | 'pending'
  /** No connection to the database could be made. */
  | 'unreachable'
  /** The connection has ended, which says nothing about why. */
  | 'closed'
  /** No answer came within the time for it. */
  | 'timeout'
  /** The server has no TLS, or a certificate that does not hold. */
  | 'tls'
  /** The database does not know this user or password. */
  | 'credentials'
  /** There is no password to log in with, or its file cannot be read. */
  | 'no-credentials'
  /** There is no such database. */
  | 'no-database'
  /** There is no such table. */
  | 'no-table'
  /** The table has other columns. */
  | 'wrong-table'
  /** This user may not read or delete rows. */
  | 'permission'
  /** It is a replica: nothing can be deleted. */
  | 'read-only'
  /** It takes no more connections. */
  | 'connections'
  /** It starts, or is shutting down. */
  | 'restarting'
  /** Somebody holds a lock of the whole table. */
  | 'locked'
  /** A statement or a pause of the transaction took longer than it may. */
  | 'stalled'
  | 'other'

export interface OutboxFault {
  readonly kind: OutboxFaultKind
  /** In the words of the server or the connection: for people only. */
  readonly reason: string
}

export type OutboxChanged =
  | {
      readonly state: 'up'
      /** `poll`: a pooler stands in between, through which no notification comes. */
      readonly wokenBy: 'notification' | 'poll'
    }
  | ({ readonly state: 'down' } & OutboxFault)

/** Rows whose invalidation has been acknowledged. */
export interface OutboxTaken {
  /** Of each row: from when it was written, or committed, to the acknowledgement. */
  readonly delaysMs: readonly number[]
}

export interface OutboxCounted {
  /** Committed rows that nobody has taken; counted no further than `OUTBOX_COUNTED`. */
  readonly rows: number
  /** How long the oldest of them has waited; 0 without any. */
  readonly oldestMs: number
}

/** More rows are not counted: that would cost the database more than the number is worth. */
export const OUTBOX_COUNTED = 10_000

/** A row that names what is no name: everything was invalidated in its place. */
export interface OutboxRowUnreadable {
  readonly id: string
  /** What is wrong with which field. */
  readonly reason: string
}
