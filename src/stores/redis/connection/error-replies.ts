import { type StoreFault, type StoreFaultKind, StoreUnavailableError } from '../../../cache/errors.js'
import { BudgetExceededError } from '../../time-budget.js'

/**
 * What Redis, its client and Node say, and what it means for the store: the one place that reads their words. The first
 * row counts. A reply begins with a word in capitals; Redis 6 puts the word of a script's error after the script's name,
 * and the client puts that of a sentinel's after its own words.
 */
const SAYINGS: readonly (readonly [StoreFaultKind, RegExp])[] = [
  ['full', replyOf('OOM')],
  ['credentials', replyOf('WRONGPASS|NOAUTH')],
  ['permission', replyOf('NOPERM')],
  ['maxclients', /max number of clients/],
  ['read-only', replyOf('READONLY')],
  ['no-replicas', replyOf('NOREPLICAS')],
  ['loading', replyOf('LOADING|TRYAGAIN')],
  ['failing-over', replyOf('MASTERDOWN|CLUSTERDOWN')],
  ['moved', replyOf('MOVED|ASK')],
  ['persistence', replyOf('MISCONF')],
  ['busy', replyOf('BUSY')],
  ['timeout', /timed? ?out|ETIMEDOUT/i],
  ['unreachable', /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH/],
  ['closed', /ECONNRESET|EPIPE|closed|write?able/i]
]

function replyOf(words: string): RegExp {
  return new RegExp(`(^|-|: )(${words})\\b`)
}

/** What an error of an operation or of the connection means, in the words of the deepest one that says something. */
export const faultOf = (error: unknown): StoreFault => {
  const chain = chainOf(error)
  return { kind: kindOf(chain), message: messageOf(unwrapped(error)) }
}

const kindOf = (chain: readonly Error[]): StoreFaultKind => {
  for (const link of chain) {
    if (link instanceof BudgetExceededError) return 'timeout'
    if (link instanceof StoreUnavailableError && link.kind !== 'other') return link.kind
  }
  const texts = chain.flatMap((link) => ('code' in link ? [String(link.code), link.message] : [link.message]))
  return SAYINGS.find(([, pattern]) => texts.some((text) => pattern.test(text)))?.[0] ?? 'other'
}

const chainOf = (error: unknown): readonly Error[] =>
  error instanceof Error ? [error, ...(error.cause === error ? [] : chainOf(error.cause))] : []

/** A `StoreUnavailableError` says which operation failed; its cause, why. */
const unwrapped = (error: unknown): unknown =>
  error instanceof StoreUnavailableError && error.cause instanceof Error ? error.cause : error

/** Those of a server that is not, or no longer, the one to ask: what it has answered before is not to be relied on. */
export const isWrongServer = (kind: StoreFaultKind): boolean => WRONG_SERVER.has(kind)

/** What will not change on this connection; a new one may log in, or lead to the master of that time. */
export const isWrongConnection = (kind: StoreFaultKind): boolean => WRONG_CONNECTION.has(kind)

const WRONG_CONNECTION: ReadonlySet<StoreFaultKind> = new Set([
  'credentials',
  'read-only',
  'failing-over',
  'moved'
])
const WRONG_SERVER: ReadonlySet<StoreFaultKind> = new Set([
  ...WRONG_CONNECTION,
  'no-replicas',
  'loading',
  'persistence'
])

/** Whether the server, or what looked for it, has told why; a broken connection has not. */
export const saysWhy = (error: Error): boolean =>
  error instanceof StoreUnavailableError || /^[A-Z]+ /.test(error.message)

/** An `AggregateError` of Node's connection attempts has no message of its own, only a code. */
const messageOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  return error.message || ('code' in error ? String(error.code) : error.name)
}
