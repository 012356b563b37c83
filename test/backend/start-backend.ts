import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { endWithTest, exitOf, isAlive } from '../support/children.js'
import { eventually } from '../support/eventually.js'
import { freePort } from '../support/free-port.js'
import { get } from '../support/http.js'
import { DJANGO, PROJECT, PYTHON, startDatabase, type Database } from './start-database.js'

/** Django's own, and one that counts queries of the database. */
export type Middleware = 'gzip' | 'conditional' | 'locale' | 'queries'

export interface BackendOptions {
  /** Another backend's, which outlives this one; its own without it. */
  readonly database?: Database
  /** What it runs beside the middleware of the SPMS backend. */
  readonly middleware?: readonly Middleware[]
  /** After how many requests a worker is replaced, or up to a tenth more. */
  readonly maxRequests?: number
  readonly workers?: number
  /** Django's throttles, such as `200/hour`, or none where empty; far beyond what a test sends without them. */
  readonly rates?: { readonly anonymous: string; readonly user: string }
  /** Where the services keep what they found, by its address; nowhere without it. */
  readonly cache?: { readonly kind: 'django-redis' | 'sidecar'; readonly location: string }
  /** Beside those that all backends have. */
  readonly environment?: Readonly<Record<string, string>>
}

/** The host by which callers know it. */
export const HOST = 'spms.sample.test'

export interface Answered {
  readonly requests: number
  /** Answers of 304. */
  readonly notModified: number
  /** Of the database, where the middleware counts them; 0 without it. */
  readonly queries: number
}

/** A Django project with the routes, records and permissions of the SPMS backend, under gunicorn on PostgreSQL. */
export interface Backend {
  /** Without a slash at the end. */
  readonly url: string
  /** Of gunicorn, whose children the workers are. */
  readonly pid: number
  readonly database: Database
  /** What it wrote to its error stream. */
  said(): string
  /** Requests of the API that it has answered, but for those with the header field `X-Aside`. */
  answered(): Answered
  stop(): Promise<void>
}

/** Resolves when it answers. `npm test` has installed what it needs. */
export const startBackend = async (options: BackendOptions = {}): Promise<Backend> => {
  const database = options.database ?? (await startDatabase())
  const files = await mkdtemp(join(tmpdir(), 'spms-files-'))
  const port = await freePort()
  const server = spawn(PYTHON, ['-m', 'gunicorn', ...gunicornArguments(options, port)], {
    cwd: PROJECT,
    env: environmentOf(options, database, files),
    stdio: ['ignore', 'pipe', 'pipe']
  })
  endWithTest(server)
  const answered = { requests: 0, notModified: 0, queries: 0 }
  createInterface(server.stdout).on('line', (line) => {
    const [, status, queries] = /^\/api\/\S+ (\d+) (\S+) -$/.exec(line) ?? []
    if (status === undefined) return
    answered.requests++
    if (status === '304') answered.notModified++
    answered.queries += Number(queries) || 0
  })
  let said = ''
  server.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const url = `http://127.0.0.1:${port}`
  const headers = { host: HOST }
  const isThere = async () => !isAlive(server) || (await get(`${url}/health/`, { headers })).status === 200
  await eventually(isThere, { timeoutMs: 60_000 })
  if (!isAlive(server)) throw new Error(`gunicorn ended at its start:\n${said}`)
  return {
    url,
    pid: server.pid ?? 0,
    database,
    said: () => said,
    answered: () => ({ ...answered }),
    stop: async () => {
      server.kill('SIGINT')
      await exitOf(server)
      if (options.database === undefined) await database.stop()
      await rm(files, { recursive: true, force: true })
    }
  }
}

const environmentOf = (
  { middleware = [], rates = FAR_BEYOND, cache, environment = {} }: BackendOptions,
  { folder }: Database,
  files: string
) => ({
  ...DJANGO,
  SPMS_DATABASE_FOLDER: folder,
  SPMS_HOSTS: HOST,
  SPMS_MIDDLEWARE: middleware.join(','),
  SPMS_FILES: files,
  SPMS_ANONYMOUS_RATE: rates.anonymous,
  SPMS_USER_RATE: rates.user,
  ...(cache !== undefined && { SPMS_SERVICES_CACHE: cache.kind, SPMS_CACHE_LOCATION: cache.location }),
  ...environment
})

const FAR_BEYOND = { anonymous: '1000000/hour', user: '1000000/hour' }

/** Sync workers, loaded before they are forked, so that a new one costs little. */
const gunicornArguments = ({ workers = 3, maxRequests = 2048 }: BackendOptions, port: number) => [
  'spms.wsgi',
  ...['--bind', `127.0.0.1:${port}`, '--workers', `${workers}`, '--preload', '--timeout', '300'],
  ...['--max-requests', `${maxRequests}`, '--max-requests-jitter', `${Math.floor(maxRequests / 10)}`],
  ...['--access-logfile', '-', '--access-logformat', '%(U)s %(s)s %({x-database-queries}o)s %({x-aside}i)s'],
  '--log-level=info'
]
