/** What an operator can do about a store error, and a short name that errors of one cause share. */
export interface Hint {
  readonly kind: string
  readonly hint: string
}

/** That a connection has ended, which says nothing about why. */
export const CLOSED = 'closed'

/** The first row whose pattern the error or one of its causes matches, by code, name or message. */
export const hintFor = (error: Error): Hint => {
  const texts = chainOf(error).map(
    (link) => `${'code' in link ? String(link.code) : ''} ${link.name} ${link.message}`
  )
  return HINTS.find(({ pattern }) => texts.some((text) => pattern.test(text))) ?? OTHER
}

const chainOf = (error: Error): readonly Error[] =>
  error.cause instanceof Error && error.cause !== error ? [error, ...chainOf(error.cause)] : [error]

const OTHER: Hint = {
  kind: 'other',
  hint: 'Reads go to the origin meanwhile. Look at the error, at the log of Redis and at `redis-cli INFO`.'
}

const HINTS: readonly (Hint & { readonly pattern: RegExp })[] = [
  {
    kind: 'full',
    pattern: /\bOOM\b/,
    hint: 'Redis is full: raise maxmemory, or set maxmemory-policy to volatile-lru.'
  },
  {
    kind: 'credentials',
    pattern: /\b(WRONGPASS|NOAUTH|NOPERM)\b/,
    hint: 'Redis refuses this user: check user and password (REDIS_PASSWORD or REDIS_URL), and the rights of the user (ACL).'
  },
  {
    kind: 'maxclients',
    pattern: /max number of clients/,
    hint: 'Redis takes no more connections: raise maxclients, or find who holds them with `redis-cli CLIENT LIST`.'
  },
  {
    kind: 'read-only',
    pattern: /\bREADONLY\b|\bis a replica\b/,
    hint: 'Redis is a read-only replica: REDIS_URL must name the primary.'
  },
  {
    kind: 'loading',
    pattern: /\b(LOADING|MASTERDOWN|CLUSTERDOWN|TRYAGAIN)\b/,
    hint: 'Redis is starting or failing over: wait; if it stays so, look at its log.'
  },
  {
    kind: 'persistence',
    pattern: /\bMISCONF\b/,
    hint: 'Redis cannot write its snapshot: free disk space, or turn its persistence off.'
  },
  {
    kind: 'busy',
    pattern: /\bBUSY\b/,
    hint: 'A script blocks Redis: find who runs it with `redis-cli CLIENT LIST`, end it with `redis-cli SCRIPT KILL`.'
  },
  {
    kind: 'timeout',
    pattern: /timed? ?out|ETIMEDOUT|in time|answer within/i,
    hint: 'Redis did not answer in time: check its load and `redis-cli SLOWLOG GET`, the network, and REDIS_COMMAND_TIMEOUT_MS.'
  },
  {
    kind: 'unreachable',
    pattern: /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH/,
    hint: 'Redis cannot be reached: check that it runs and that REDIS_URL names it.'
  },
  {
    kind: CLOSED,
    pattern: /ECONNRESET|EPIPE|closed|write?able/i,
    hint: 'The connection to Redis was cut: if it does not come back, look at the log of Redis and at what is in between.'
  }
]
