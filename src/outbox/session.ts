import { readFileSync } from 'node:fs'
import { Socket } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import pg from 'pg'
import type { OutboxCounted } from '../cache/outbox-events.js'
import type { OutboxAddress } from './address.js'
import { NoCredentialsError, OverdueError } from './faults.js'
import { type OutboxRow, parseCounted, parseRows, parseServer } from './replies.js'
import { createStatements, type Statements, type TransactionLimits } from './statements.js'

/** What a trigger notifies. */
const CHANNEL = 'spms_cache_outbox'

export interface SessionOptions {
  readonly address: OutboxAddress
  /** Read anew for each session. */
  readonly passwordFile: string | undefined
  /** Certificates in PEM of the authority that signed the server's, where it is a private one. */
  readonly ca: string | undefined
  readonly table: string
  readonly limits: TransactionLimits
  /** Longest that a connection, and then each answer of the database, is waited for. */
  readonly connectMs: number
  readonly answerMs: number
  /** Somebody has written rows. */
  readonly notified: () => void
}

/**
 * One connection to the database, on which a transaction at a time takes rows. Whatever is overdue ends it: pg's own
 * time-outs leave the connection as it is, with an answer to come that nobody has asked for any more. A session that has
 * failed is good for nothing but `destroy`.
 */
export class Session {
  /** How its reader hears of new rows; `poll` through a pooler. */
  wokenBy: 'notification' | 'poll' = 'poll'
  readonly #options: SessionOptions
  readonly #socket = new Socket()
  readonly #client: pg.Client
  #statements: Statements | undefined

  constructor(options: SessionOptions) {
    this.#options = options
    const { host, port, database, user } = options.address
    this.#client = new pg.Client({
      ...{ host, port, database, user },
      password: () => passwordOf(options),
      ssl: tlsOf(options),
      stream: () => this.#socket,
      // A connection that nobody writes to, as where polls are rare, is not lost without being missed.
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
      application_name: 'spms-cache-sidecar',
      client_encoding: 'UTF8'
    })
    // Told to whoever waits for an answer; where nobody does, the next statement fails.
    this.#client.on('error', () => undefined)
    this.#client.on('notification', options.notified)
    this.#client.on('end', options.notified)
  }

  /** Connects. A pooler gives each transaction a connection of its own, so that there is nothing to listen on. */
  async open(): Promise<void> {
    const { table, limits, connectMs } = this.#options
    await this.#within(connectMs, 'no connection', this.#client.connect())
    const [server] = parseServer(await this.#query(WHO))
    this.#statements = createStatements({ table, limits, tracksCommits: server?.tracksCommits === true })
    const isDirect = 'processID' in this.#client && this.#client.processID === server?.pid
    if (!isDirect) return
    await this.#query(`LISTEN ${CHANNEL}`)
    this.wokenBy = 'notification'
  }

  /** Begins a transaction, and takes rows in it, some of those that nobody else holds; to be ended whatever came. */
  async take(): Promise<readonly OutboxRow[]> {
    return parseRows(await this.#query(this.#opened.take))
  }

  /** `COMMIT`: the rows are gone. `ROLLBACK`: they are there again. */
  async end(how: 'COMMIT' | 'ROLLBACK'): Promise<void> {
    await this.#query(how)
  }

  async count(): Promise<OutboxCounted> {
    const [counted] = parseCounted(await this.#query(this.#opened.count))
    return { rows: counted?.rows ?? 0, oldestMs: counted?.oldest ?? 0 }
  }

  /** Says goodbye, so that the server logs no lost connection; resolves in any case. */
  async close(): Promise<void> {
    await this.#within(GOODBYE_MS, 'no end', this.#client.end()).catch(() => undefined)
    this.destroy()
  }

  /** Ends it at once; the server takes back what is not committed. */
  destroy(): void {
    this.#socket.destroy()
  }

  get #opened(): Statements {
    if (this.#statements === undefined) throw new Error('The session is not open.')
    return this.#statements
  }

  #query(text: string): Promise<unknown> {
    return this.#within(this.#options.answerMs, 'no answer of the database', this.#client.query(text))
  }

  /** Rejects with `OverdueError`, and ends the connection, after so many milliseconds. */
  #within<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new OverdueError(`${what} within ${ms} ms`))
        this.destroy()
      }, ms)
      const settled = (): void => clearTimeout(timer)
      work.finally(settled).then(resolve, reject)
    })
  }
}

const KEEP_ALIVE_MS = 10_000
const GOODBYE_MS = 500

const WHO = `SELECT pg_backend_pid() AS pid, current_setting('track_commit_timestamp') = 'on' AS "tracksCommits"`

const passwordOf = ({ address, passwordFile: file }: SessionOptions): string => {
  if (file === undefined) {
    if (address.password !== undefined) return address.password
    throw new NoCredentialsError(
      'the server asks for a password: OUTBOX_URL has none, OUTBOX_PASSWORD_FILE is not set'
    )
  }
  try {
    const password = readFileSync(file, 'utf8').trim()
    if (password !== '') return password
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new NoCredentialsError(`OUTBOX_PASSWORD_FILE=${file}: must be a readable file (${reason})`, {
      cause
    })
  }
  throw new NoCredentialsError(`OUTBOX_PASSWORD_FILE=${file}: is empty`)
}

/** As libpq understands its modes: `require` asks for no certificate, `verify-ca` for one of any host. */
const tlsOf = ({ address: { sslMode }, ca }: SessionOptions): ConnectionOptions | false => {
  if (sslMode === 'disable') return false
  return {
    ca,
    rejectUnauthorized: sslMode !== 'require',
    ...(sslMode === 'verify-ca' && { checkServerIdentity: () => undefined })
  }
}
