/** The store cannot answer now: callers go on without it. */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError'
}

/** The origin gave no answer. */
export class OriginError extends Error {
  override readonly name = 'OriginError'
  constructor(
    readonly kind: 'unreachable' | 'timeout' | 'overloaded' | 'unusable' | 'incomplete',
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
  incomplete: 'The request did not arrive whole.'
}

const STATUSES = { unreachable: 502, timeout: 504, overloaded: 503, unusable: 502, incomplete: 400 }
