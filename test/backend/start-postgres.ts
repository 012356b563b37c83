import { execFile, spawn } from 'node:child_process'
import { chown, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { endWithTest, exitOf, isAlive } from '../support/children.js'
import { eventually } from '../support/eventually.js'

const run = promisify(execFile)

/** Where `npm test` put a link to the server's programs. */
const programs = fileURLToPath(new URL('../../.tools/postgres', import.meta.url))

/** A PostgreSQL cluster in a folder of its own, which listens on a socket in that folder and on no port. */
export interface Postgres {
  /** What a client takes for the host. */
  readonly folder: string
  /** Runs statements, each in a transaction of its own, in the database `postgres`. */
  readonly sql: (...statements: readonly string[]) => Promise<void>
  /** Of the server that runs now. */
  readonly pid: number
  /** Ends every connection as a crash does, and starts again on the same data. */
  readonly restart: () => Promise<void>
  /** Ends the server and removes the folder. */
  readonly stop: () => Promise<void>
}

/** Starts it without what would only save its data from a power cut. The user `spms` may do everything. */
export const startPostgres = async (): Promise<Postgres> => {
  const user = await unprivileged()
  const folder = await mkdtemp(join(tmpdir(), 'spms-postgres-'))
  if ('uid' in user) await chown(folder, user.uid, user.gid)
  const options = { cwd: folder, ...user, env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C' } }
  const data = join(folder, 'data')
  const initial = ['-D', data, '-U', 'spms', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync']
  await run(join(programs, 'initdb'), initial, options)

  let said = ''
  const launch = () => {
    const server = spawn(join(programs, 'postgres'), ['-D', data, '-k', folder, ...SETTINGS], {
      ...options,
      stdio: ['ignore', 'ignore', 'pipe']
    })
    endWithTest(server)
    server.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
    return server
  }
  let server = launch()
  const sql = async (...statements: readonly string[]): Promise<void> => {
    const commands = statements.flatMap((statement) => ['-c', statement])
    const connection = ['-h', folder, '-U', 'spms', '-d', 'postgres']
    await run(join(programs, 'psql'), ['-q', '-v', 'ON_ERROR_STOP=1', ...connection, ...commands], options)
  }
  const isThere = async (): Promise<boolean> => {
    if (isAlive(server)) await sql('SELECT 1')
    return true
  }
  const started = async (): Promise<void> => {
    await eventually(isThere, { timeoutMs: 30_000, intervalMs: 50 })
    if (!isAlive(server)) throw new Error(`PostgreSQL ended at its start:\n${said}`)
  }
  const end = async (): Promise<void> => {
    server.kill('SIGQUIT')
    await exitOf(server)
  }
  await started()
  return {
    folder,
    sql,
    get pid() {
      return server.pid ?? 0
    },
    restart: async () => {
      await end()
      server = launch()
      await started()
    },
    stop: async () => {
      await end()
      await rm(folder, { recursive: true, force: true })
    }
  }
}

const SETTINGS = ['listen_addresses=', 'fsync=off', 'synchronous_commit=off', 'full_page_writes=off'].flatMap(
  (setting) => ['-c', setting]
)

/** The server refuses to run as root: then as the user that its package made, or as nobody. */
const unprivileged = async (): Promise<{ uid: number; gid: number } | Record<string, never>> => {
  if (process.getuid?.() !== 0) return {}
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'))
  const entry = ['postgres', 'nobody'].flatMap((name) => lines.filter(([user]) => user === name))[0]
  if (entry === undefined) throw new Error('PostgreSQL does not run as root, and there is no other user.')
  return { uid: Number(entry[2]), gid: Number(entry[3]) }
}
