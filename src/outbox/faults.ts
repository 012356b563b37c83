import type { OutboxFault, OutboxFaultKind } from '../cache/outbox-events.js'

/** There is nothing to log in with. */
export class NoCredentialsError extends Error {
  override readonly name = 'NoCredentialsError'
}

/** Something took longer than it may. */
export class OverdueError extends Error {
  override readonly name = 'OverdueError'
}

/**
 * What PostgreSQL (by its SQLSTATE, PostgreSQL documentation, appendix A), its client and Node say, and what it means: the
 * one place that reads their words. The first row counts.
 */
const SAYINGS: readonly (readonly [OutboxFaultKind, RegExp])[] = [
  ['credentials', /^28/],
  ['no-database', /^3D000$/],
  ['no-table', /^(42P01|3F000|3F\w{3})$/],
  ['wrong-table', /^(42703|42883|42804|42809|22P02)$/],
  ['permission', /^42501$/],
  ['read-only', /^25006$/],
  ['connections', /^53300$/],
  ['restarting', /^57P0[123]$/],
  ['locked', /^55P03$/],
  ['stalled', /^(25P0[34]|57014|57P05)$/],
  ['tls', /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|EPROTO)|SSL connection/],
  ['timeout', /^ETIMEDOUT$/],
  ['unreachable', /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ENOENT|EACCES)$/],
  ['closed', /^(ECONNRESET|EPIPE|ERR_STREAM)|terminated|not queryable/i]
]

export const faultOf = (error: unknown): OutboxFault => ({ kind: kindOf(error), reason: reasonOf(error) })

const kindOf = (error: unknown): OutboxFaultKind => {
  if (error instanceof NoCredentialsError) return 'no-credentials'
  if (error instanceof OverdueError) return 'timeout'
  if (!(error instanceof Error)) return 'other'
  const texts = 'code' in error ? [String(error.code), error.message] : [error.message]
  return SAYINGS.find(([, pattern]) => texts.some((text) => pattern.test(text)))?.[0] ?? 'other'
}

/** An `AggregateError` of Node's connection attempts has no message of its own, only a code. */
const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  return error.message || ('code' in error ? String(error.code) : error.name)
}
