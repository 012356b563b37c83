import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startPostgres } from '../backend/start-postgres.js'
import { startRedis } from '../support/redis-server.js'
import { startSidecar } from '../support/sidecar-process.js'

const run = promisify(execFile)

const ROOT = join(import.meta.dirname, '..', '..')
/** The folder of the Django package. */
export const CLIENT = join(ROOT, 'clients', 'django')
/** The Python that has what the `requirements.txt` of the tests pin. */
const PYTHON = join(ROOT, '.tools', 'python', 'bin', 'python')

export const ENTRANTS = ['sidecar', 'sidecar without the fence', 'django-redis'] as const
export type EntrantName = (typeof ENTRANTS)[number]

export interface Counts {
  readonly reads: number
  readonly hits: number
  /** Began after a deletion was answered, and showed what was before it. */
  readonly stale: number
  readonly writes: number
  readonly errors: readonly string[]
}

/**
 * Cache-aside code in four processes for this many seconds, on PostgreSQL and Redis of its own: over two sidecars, of which each
 * process has one, or over django-redis.
 */
export const raceFence = async (entrant: EntrantName, seconds: number): Promise<Counts> => {
  const [postgres, redis] = await Promise.all([startPostgres(), startRedis()])
  // On a busy machine a command of Redis takes longer.
  const environment = { REDIS_URL: redis.url, LOG_LEVEL: 'error', REDIS_COMMAND_TIMEOUT_MS: '10000' }
  const isSidecar = entrant !== 'django-redis'
  const sidecars = isSidecar ? await Promise.all([startSidecar(environment), startSidecar(environment)]) : []
  try {
    const locations = isSidecar ? sidecars.map(({ control }) => control) : [redis.url]
    const { stdout } = await run(PYTHON, ['-m', 'proofs.fence', `${seconds}`], {
      cwd: CLIENT,
      timeout: (seconds + 60) * 1000,
      env: {
        PATH: process.env['PATH'] ?? '',
        PYTHONDONTWRITEBYTECODE: '1',
        PYTHONPATH: [CLIENT, join(CLIENT, 'src')].join(':'),
        PROOF_CACHE: isSidecar ? 'sidecar' : entrant,
        ...(entrant === 'sidecar without the fence' && { PROOF_FENCE: 'off' }),
        PROOF_LOCATIONS: locations.join(' '),
        PROOF_DATABASE_FOLDER: postgres.folder
      }
    })
    return parseCounts(stdout)
  } finally {
    await Promise.all(sidecars.map((sidecar) => sidecar.stop()))
    await redis.stop()
    await postgres.stop()
  }
}

const parseCounts = (text: string): Counts => {
  const counts: unknown = JSON.parse(text)
  if (!isCounts(counts)) throw new Error(`The race said ${text}`)
  return counts
}

const isCounts = (value: unknown): value is Counts =>
  typeof value === 'object' &&
  value !== null &&
  'errors' in value &&
  ['reads', 'hits', 'stale', 'writes'].every((name) => name in value)
