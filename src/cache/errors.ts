/** Why a store is down, or why an operation of it failed. */
export type StoreFaultKind =
  /** It is at its memory limit: it takes no write that needs memory. */
  | 'full'
  /** It does not know this user or password, or asks for one. */
  | 'credentials'
  /** There is nothing to log in with: no token could be had, or no password read. */
  | 'no-credentials'
  /** This user may not do what was asked. */
  | 'permission'
  /** It does not have the command, or not for this purpose. */
  | 'refused'
  /** It shards by slot, and the keys of one command are in several: the prefix lacks a hash tag. */
  | 'cross-slot'
  /** Another application has a value under the key of an entry. */
  | 'foreign-value'
  /** It takes no more connections. */
  | 'maxclients'
  /** It is a replica: it takes no writes, and is never read. */
  | 'read-only'
  /** It has fewer replicas than it must have to take writes. */
  | 'no-replicas'
  /** It is not ready yet: it reads its data from disk, or moves them between servers. */
  | 'loading'
  /** It has lost its master, or its cluster has: a failover is to come. */
  | 'failing-over'
  /** Another server of the cluster has the keys now. */
  | 'moved'
  /** It cannot write its snapshot, and so takes no writes. */
  | 'persistence'
  /** A script blocks it. */
  | 'busy'
  /** No answer came within the time for it. */
  | 'timeout'
  /** No connection could be made. */
  | 'unreachable'
  /** The connection has ended, which says nothing about why. */
  | 'closed'
  /** It holds no epoch any more: it was flushed, or has evicted it. */
  | 'lost-epoch'
  /** It lacks an invalidation that it has acknowledged: it has failed over, or was restored. */
  | 'lost-records'
  /** It was down already: nothing was asked. */
  | 'down'
  | 'other'

export interface StoreFault {
  readonly kind: StoreFaultKind
  /** In the words of the server or the connection: for people only. */
  readonly message: string
}

/** The store cannot answer now: callers go on without it. */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError'
  readonly kind: StoreFaultKind

  constructor(message: string, { kind = 'other', ...options }: StoreUnavailableOptions = {}) {
    super(message, options)
    this.kind = kind
  }
}

export interface StoreUnavailableOptions extends ErrorOptions {
  readonly kind?: StoreFaultKind
}

/** The origin gave no answer. */
export class OriginError extends Error {
  override readonly name = 'OriginError'
  constructor(
    readonly kind: 'unreachable' | 'timeout' | 'overloaded' | 'unusable' | 'incomplete' | 'unasked',
    options?: ErrorOptions
  ) {
    super(MESSAGES[kind], options)
  }

  /** What a gateway answers, RFC 9110 §15.6. */
  get status(): number {
    return STATUSES[this.kind]
  }
}

/** For a body of the origin that cannot be read to its end. */
export const brokenOff = (cause: unknown): never => {
  throw new OriginError('unreachable', { cause })
}

const MESSAGES = {
  unreachable: 'The origin could not be reached or broke off its answer.',
  timeout: 'The origin did not answer in time.',
  overloaded: 'Too many requests are waiting for the origin.',
  unusable: 'The origin sent an answer that cannot be passed on.',
  incomplete: 'The request did not arrive whole.',
  unasked: 'Nothing is stored that answers this request, and it asks not to ask the origin.'
}

const STATUSES = {
  unreachable: 502,
  timeout: 504,
  overloaded: 503,
  unusable: 502,
  incomplete: 400,
  unasked: 504
}
