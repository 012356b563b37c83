import pg from 'pg'
import type { Test } from 'tap'
import { type Postgres, type PostgresOptions, startPostgres } from '../backend/start-postgres.js'
import { freePort } from '../support/free-port.js'

/** A row to be written; what is left out is what the table has by default. */
export interface NewRow {
  readonly tags?: readonly (string | null)[]
  readonly patterns?: readonly string[]
  readonly everything?: boolean
}

export interface OutboxStage {
  readonly postgres: Postgres
  /** For `OUTBOX_URL`: over TCP as a role that may do what the reader needs, and nothing else. */
  readonly url: string
  /** One transaction, with a notification unless told otherwise. */
  write(rows: readonly NewRow[], options?: { readonly isTold?: boolean }): Promise<void>
  /** Rows that are committed and not deleted. */
  waiting(): Promise<number>
  /** A connection of the user `spms`, who may do everything; ended with the test. */
  connect(): Promise<pg.Client>
  query(text: string, values?: readonly unknown[]): Promise<readonly unknown[]>
}

/** As the triggers of the backend write into it. */
export const TABLE = `
  CREATE TABLE spms_cache_outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tags text[] NOT NULL DEFAULT '{}',
    patterns text[] NOT NULL DEFAULT '{}',
    everything boolean NOT NULL DEFAULT false,
    written_at timestamptz NOT NULL DEFAULT clock_timestamp()
  )`

const RIGHTS = 'GRANT SELECT, DELETE, UPDATE (id) ON spms_cache_outbox TO reader'

/** PostgreSQL with an outbox in its database `postgres`, stopped with the test. */
export const openOutbox = async (t: Test, options: PostgresOptions = {}): Promise<OutboxStage> => {
  const port = await freePort()
  const postgres = await startPostgres({ port, ...options })
  t.teardown(() => postgres.stop())
  await postgres.sql(TABLE, `CREATE ROLE reader LOGIN PASSWORD 'reader password'`, RIGHTS)
  const connect = async (): Promise<pg.Client> => {
    const client = new pg.Client({
      host: postgres.folder,
      port,
      user: 'spms',
      database: 'postgres',
      password: '-'
    })
    client.on('error', () => undefined)
    await client.connect()
    t.teardown(() => client.end())
    return client
  }
  let kept: pg.Client | undefined
  /** Connects anew where the server has been restarted. */
  const query = async (text: string, values: readonly unknown[] = []): Promise<readonly unknown[]> => {
    try {
      kept ??= await connect()
      const { rows }: { rows: readonly unknown[] } = await kept.query({ text, values: [...values] })
      return rows
    } catch (error) {
      kept = undefined
      throw error
    }
  }
  return {
    postgres,
    url: `postgres://reader:reader%20password@127.0.0.1:${port}/postgres`,
    write: async (rows, { isTold = true } = {}) => {
      await query(isTold ? `WITH row AS (${INSERT}) SELECT pg_notify('spms_cache_outbox', '')` : INSERT, [
        JSON.stringify(rows)
      ])
    },
    waiting: async () => {
      const [row] = await query('SELECT count(*)::int4 AS waiting FROM spms_cache_outbox')
      return typeof row === 'object' && row !== null && 'waiting' in row ? Number(row.waiting) : NaN
    },
    connect,
    query
  }
}

const INSERT = `
  INSERT INTO spms_cache_outbox (tags, patterns, everything)
  SELECT coalesce(tags, '{}'), coalesce(patterns, '{}'), coalesce(everything, false)
  FROM jsonb_to_recordset($1) AS row (tags text[], patterns text[], everything boolean)`
