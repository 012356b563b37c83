import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startPostgres } from './start-postgres.js'

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
  /** Brings back the records that were there at the start. Sessions end with it. */
  reset(): Promise<void>
  stop(): Promise<void>
}

export const startDatabase = async (): Promise<Database> => {
  const { folder, sql, stop } = await startPostgres()
  const env = { ...DJANGO, SPMS_DATABASE_FOLDER: folder, SPMS_DATABASE: 'seeded' }
  const django = (...args: readonly string[]) => run(PYTHON, ['-m', 'django', ...args], { cwd: PROJECT, env })
  await sql('CREATE DATABASE seeded')
  await django('migrate', '--verbosity=0')
  await django('seed')
  await sql(COPY)
  return { folder, reset: () => sql('DROP DATABASE spms WITH (FORCE)', COPY), stop }
}

const COPY = 'CREATE DATABASE spms TEMPLATE seeded'
