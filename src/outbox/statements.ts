import { OUTBOX_COUNTED } from '../cache/outbox-events.js'

/** Rows taken in one transaction. */
export const BATCH_ROWS = 1000
/** And bytes of their names, before the last row: what one answer of the database may bring at most is twice that. */
const BATCH_BYTES = 1024 * 1024
/** A row with more is not read: it counts as one that names everything. 1,000 names of 512 bytes fit. */
const ROW_BYTES = 600 * 1024

/** Milliseconds. */
export interface TransactionLimits {
  readonly statementMs: number
  /** For a lock of the whole table; locked rows are not waited for. */
  readonly lockMs: number
  /** How long the server lets a transaction wait for this process, which may have been stopped in the middle of it. */
  readonly idleMs: number
}

export interface Statements {
  /** Begins a transaction and takes rows in the order of their ids, without those that somebody else holds. */
  readonly take: string
  readonly count: string
}

export interface StatementsOptions {
  /** As `OUTBOX_TABLE` has it: `table` or `schema.table`, in the case of letters that it has. */
  readonly table: string
  readonly limits: TransactionLimits
  /** Whether the server knows when transactions were committed. */
  readonly tracksCommits: boolean
}

/**
 * All in the simple protocol and with settings of the transaction alone, so that a pooler may stand in between. The ids are
 * an array: a sub-select with LIMIT in its place may be carried out more than once, and then takes more than it says.
 */
export const createStatements = ({ table, limits, tracksCommits }: StatementsOptions): Statements => {
  const name = table
    .split('.')
    .map((part) => `"${part.replaceAll('"', '""')}"`)
    .join('.')
  const begin = [
    'BEGIN',
    `SET LOCAL statement_timeout = ${limits.statementMs}`,
    `SET LOCAL lock_timeout = ${limits.lockMs}`,
    `SET LOCAL idle_in_transaction_session_timeout = ${limits.idleMs}`,
    // Where nobody takes the answer, the server neither idles nor executes, so that no other limit holds.
    `SET LOCAL tcp_user_timeout = ${limits.idleMs}`
  ].join('; ')
  const since = tracksCommits ? 'coalesce(pg_xact_commit_timestamp(o.xmin), o.written_at)' : 'o.written_at'
  const bytes = `octet_length(array_to_string(tags, '')) + octet_length(array_to_string(patterns, ''))`
  const take = `
    DELETE FROM ${name} AS o WHERE o.id = ANY (ARRAY(
      WITH found AS MATERIALIZED (
        SELECT id, ${bytes} AS bytes FROM ${name} ORDER BY id LIMIT ${BATCH_ROWS} FOR UPDATE SKIP LOCKED
      )
      SELECT id FROM (SELECT id, bytes, sum(bytes) OVER (ORDER BY id) AS total FROM found) AS sized
      WHERE total - bytes < ${BATCH_BYTES}
    ))
    RETURNING o.id::text AS id,
      CASE WHEN ${bytes} <= ${ROW_BYTES} THEN array_to_json(o.tags) END AS tags,
      CASE WHEN ${bytes} <= ${ROW_BYTES} THEN array_to_json(o.patterns) END AS patterns,
      o.everything AS everything,
      (extract(epoch FROM clock_timestamp() - ${since}) * 1000)::float8 AS age`
  const count = `
    SELECT count(*)::int4 AS rows,
      coalesce(extract(epoch FROM clock_timestamp() - min(written_at)) * 1000, 0)::float8 AS oldest
    FROM (SELECT written_at FROM ${name} LIMIT ${OUTBOX_COUNTED}) AS waiting`
  return { take: `${begin}; ${take}`, count: `${begin}; ${count}; COMMIT` }
}
