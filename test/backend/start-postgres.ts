import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { chown, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { endWithTest, exitOf, isAlive } from '../support/children.js'
import { eventually } from '../support/eventually.js'

const run = promisify(execFile)

/** Where `npm test` put a link to the server's programs. */
const programs = fileURLToPath(new URL('../../.tools/postgres', import.meta.url))

/** A PostgreSQL cluster in a folder of its own, which listens on a socket in that folder, and on no port unless it is told to. */
export interface Postgres {
  /** What a client takes for the host. */
  readonly folder: string
  /** On 127.0.0.1; 0 where it listens on none. */
  readonly port: number
  /** Runs statements, each in a transaction of its own, in the database `postgres`. */
  readonly sql: (...statements: readonly string[]) => Promise<void>
  /** Of the server that runs now. */
  readonly pid: number
  /** SIGSTOP and SIGCONT to the server and all its processes. */
  readonly freeze: () => Promise<void>
  readonly thaw: () => Promise<void>
  /** Ends it as a power cut does, and starts it again after so many milliseconds: what was committed is there. */
  readonly restart: (options?: { readonly awayMs?: number }) => Promise<void>
  /** Ends the server and removes the folder. */
  readonly stop: () => Promise<void>
}

export interface PostgresOptions {
  /** On 127.0.0.1, beside the socket. */
  readonly port?: number
  /** As in `postgresql.conf`: `log_statement=all`. */
  readonly settings?: readonly string[]
}

/** Starts it without what would only save its data from a power cut of the machine. The user `spms` may do everything. */
export const startPostgres = async ({ port = 0, settings = [] }: PostgresOptions = {}): Promise<Postgres> => {
  const user = await unprivileged()
  const folder = await mkdtemp(join(tmpdir(), 'spms-postgres-'))
  if ('uid' in user) await chown(folder, user.uid, user.gid)
  const options = { cwd: folder, ...user, env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C' } }
  const data = join(folder, 'data')
  const initial = ['-D', data, '-U', 'spms', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync']
  await run(join(programs, 'initdb'), initial, options)
  const address = port === 0 ? ['listen_addresses='] : ['listen_addresses=127.0.0.1', `port=${port}`]
  const args = [...address, ...SETTINGS, ...settings].flatMap((setting) => ['-c', setting])

  const sql = async (...statements: readonly string[]): Promise<void> => {
    const commands = statements.flatMap((statement) => ['-c', statement])
    const connection = ['-h', folder, '-p', `${port || 5432}`, '-U', 'spms', '-d', 'postgres']
    await run(join(programs, 'psql'), ['-q', '-v', 'ON_ERROR_STOP=1', ...connection, ...commands], options)
  }
  const launch = async (): Promise<ChildProcess> => {
    const server = spawn(join(programs, 'postgres'), ['-D', data, '-k', folder, ...args], {
      ...options,
      stdio: ['ignore', 'ignore', 'pipe']
    })
    endWithTest(server)
    let said = ''
    server.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
    const isThere = async (): Promise<boolean> => {
      if (isAlive(server)) await sql('SELECT 1')
      return true
    }
    await eventually(isThere, { timeoutMs: 30_000, intervalMs: 50 })
    if (!isAlive(server)) throw new Error(`PostgreSQL ended at its start:\n${said}`)
    return server
  }

  let server = await launch()
  const end = async (): Promise<void> => {
    server.kill('SIGQUIT')
    await exitOf(server)
  }
  const signalAll = async (signal: 'SIGSTOP' | 'SIGCONT'): Promise<void> => {
    const { stdout } = await run('ps', ['-o', 'pid=', '--ppid', `${server.pid ?? 0}`])
    const ofSessions = stdout.split('\n').flatMap((line) => (line.trim() === '' ? [] : [Number(line)]))
    for (const pid of [server.pid ?? 0, ...ofSessions]) process.kill(pid, signal)
  }
  return {
    folder,
    port,
    sql,
    get pid() {
      return server.pid ?? 0
    },
    freeze: () => signalAll('SIGSTOP'),
    thaw: () => signalAll('SIGCONT'),
    restart: async ({ awayMs = 0 } = {}) => {
      await end()
      await delay(awayMs)
      server = await launch()
    },
    stop: async () => {
      await end()
      await rm(folder, { recursive: true, force: true })
    }
  }
}

const SETTINGS = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off']

/** The server refuses to run as root: then as the user that its package made, or as nobody. */
const unprivileged = async (): Promise<{ uid: number; gid: number } | Record<string, never>> => {
  if (process.getuid?.() !== 0) return {}
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'))
  const entry = ['postgres', 'nobody'].flatMap((name) => lines.filter(([user]) => user === name))[0]
  if (entry === undefined) throw new Error('PostgreSQL does not run as root, and there is no other user.')
  return { uid: Number(entry[2]), gid: Number(entry[3]) }
}
