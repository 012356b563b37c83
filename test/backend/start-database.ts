import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startPostgres, type Postgres } from './start-postgres.js'

const run = promisify(execFile)

/** The folder of the Django project. */
export const PROJECT = fileURLToPath(new URL('.', import.meta.url))
/** The Python that has what the `requirements.txt` of the tests pin. */
export const PYTHON = fileURLToPath(new URL('../../.tools/python/bin/python', import.meta.url))

export const DJANGO: Readonly<Record<string, string>> = {
  // Not tap's own variables, by which it follows what a test starts.
  PATH: process.env['PATH'] ?? '',
  PYTHONDONTWRITEBYTECODE: '1',
  // The backend's side of the sidecar, as it is here.
  PYTHONPATH: fileURLToPath(new URL('../../clients/django/src', import.meta.url)),
  DJANGO_SETTINGS_MODULE: 'spms.settings'
}

/** 60 users and 120 projects in a PostgreSQL server of their own. */
export interface Database {
  /** What a client takes for the host. */
  readonly folder: string
  readonly server: Postgres
  /** Runs a command of Django in the database that the backend has, such as `['migrate']`. */
  django(args: readonly string[], environment?: Readonly<Record<string, string>>): Promise<string>
  /** Brings back the records that were there at the start. Sessions end with it. */
  reset(): Promise<void>
  stop(): Promise<void>
}

export const startDatabase = async (): Promise<Database> => {
  const server = await startPostgres()
  const { folder, sql, stop } = server
  const django: Database['django'] = async (args, environment = {}) => {
    const env = { ...DJANGO, SPMS_DATABASE_FOLDER: folder, ...environment }
    const { stdout } = await run(PYTHON, ['-m', 'django', ...args], { cwd: PROJECT, env })
    return stdout
  }
  const seeded = { SPMS_DATABASE: 'seeded' }
  await sql('CREATE DATABASE seeded')
  await django(['migrate', '--verbosity=0'], seeded)
  await django(['seed'], seeded)
  await sql(COPY)
  return { folder, server, django, reset: () => sql('DROP DATABASE spms WITH (FORCE)', COPY), stop }
}

const COPY = 'CREATE DATABASE spms TEMPLATE seeded'
