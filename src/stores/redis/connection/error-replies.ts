import { type StoreFault, type StoreFaultKind, StoreUnavailableError } from '../../../cache/errors.js'
import { BudgetExceededError } from '../../time-budget.js'

/**
 * What Redis, its client and Node say, and what it means for the store: the one place that reads their words. The first
 * row counts. A reply begins with a word in capitals; Redis 6 puts the word of a script's error after the script's name,
 * and the client puts that of a sentinel's after its own words. The last column says whether the
 * server is not to be read from, or even only a new connection can help.
 */
const SAYINGS: readonly (readonly [StoreFaultKind, RegExp, wrong?: 'server' | 'connection'])[] = [
  ['full', replyOf('OOM')],
  ['credentials', replyOf('WRONGPASS|NOAUTH'), 'connection'],
  ['permission', replyOf('NOPERM')],
  ['cross-slot', replyOf('CROSSSLOT')],
  ['maxclients', /max number of clients/],
  ['read-only', replyOf('READONLY'), 'connection'],
  ['no-replicas', replyOf('NOREPLICAS'), 'server'],
  ['loading', replyOf('LOADING|TRYAGAIN'), 'server'],
  ['failing-over', replyOf('MASTERDOWN|CLUSTERDOWN'), 'connection'],
  ['moved', replyOf('MOVED|ASK'), 'connection'],
  ['persistence', replyOf('MISCONF'), 'server'],
  ['busy', replyOf('BUSY')],
  ['refused', /ERR (.*\bunknown (redis |sub)?command\b|.*\bis not (allowed|supported)\b)/i],
  ['timeout', /timed? ?out|ETIMEDOUT/i],
  ['unreachable', /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH/],
  ['closed', /ECONNRESET|EPIPE|closed|write?able/i]
]

function replyOf(words: string): RegExp {
  return new RegExp(`(^|-|: )(${words})\\b`)
}

/**
 * `kind`: the first row that any error of the chain matches. `message`: what a `StoreUnavailableError` was caused by, and
 * the command where the server will not carry it out.
 */
export const faultOf = (error: unknown): StoreFault => {
  const chain = chainOf(error)
  const kind = kindOf(chain)
  const command = NEED_COMMAND.has(kind) ? chain.flatMap(commandOf).at(-1) : undefined
  const message = messageOf(error)
  return { kind, message: command === undefined ? message : `${command.toUpperCase()}: ${message}` }
}

const NEED_COMMAND: ReadonlySet<StoreFaultKind> = new Set(['refused', 'permission', 'cross-slot'])

/** As the client adds it to an error reply, without its arguments. */
const commandOf = (error: Error): string[] => {
  const command = 'command' in error ? error.command : undefined
  const isNamed = typeof command === 'object' && command !== null && 'name' in command
  return isNamed ? [String(command.name)] : []
}

/** Of a server that was flushed, or has evicted the epoch: no entry is known to be good until another has begun. */
export const LOST_EPOCH: StoreFault = { kind: 'lost-epoch', message: 'Redis has lost the epoch' }

/** Of a server that lacks an invalidation which it has acknowledged: what that has removed may be back. */
export const LOST_RECORDS: StoreFault = {
  kind: 'lost-records',
  message: 'Redis has lost invalidations that it had acknowledged'
}

const kindOf = (chain: readonly Error[]): StoreFaultKind => {
  for (const each of chain) {
    if (each instanceof BudgetExceededError) return 'timeout'
    if (each instanceof StoreUnavailableError && each.kind !== 'other') return each.kind
  }
  const texts = chain.flatMap((each) => ('code' in each ? [String(each.code), each.message] : [each.message]))
  return SAYINGS.find(([, pattern]) => texts.some((text) => pattern.test(text)))?.[0] ?? 'other'
}

const chainOf = (error: unknown): readonly Error[] =>
  error instanceof Error ? [error, ...(error.cause === error ? [] : chainOf(error.cause))] : []

/** Those of a server that is not, or no longer, the one to ask: what it has answered before is not to be relied on. */
export const isWrongServer = (kind: StoreFaultKind): boolean => wrongBy(kind) !== undefined

/** What will not change on this connection; a new one may log in, or lead to the master of that time. */
export const needsNewConnection = (kind: StoreFaultKind): boolean => wrongBy(kind) === 'connection'

const wrongBy = (kind: StoreFaultKind) => SAYINGS.find(([known]) => known === kind)?.[2]

/** Whether the server, or what looked for it, has told why; a broken connection has not. */
export const saysWhy = (error: Error): boolean =>
  error instanceof StoreUnavailableError || /^[A-Z]+ /.test(error.message)

/**
 * A `StoreUnavailableError` says which operation failed; its cause, why. An `AggregateError` of Node's connection
 * attempts has no message of its own, only a code.
 */
const messageOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  if (error instanceof StoreUnavailableError && error.cause instanceof Error) return messageOf(error.cause)
  return error.message || ('code' in error ? String(error.code) : error.name)
}
