import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { eventually } from '../../support/eventually.js'
import { startRedis, type RedisServer } from '../../support/redis-server.js'
import { startSidecar, type SidecarProcess } from '../../support/sidecar-process.js'
import { signInAll, type Caller } from '../callers.js'
import { startBackend, type Backend } from '../start-backend.js'
import { startWriters, type Writers } from './writers.js'

const run = promisify(execFile)
const PSQL = join(import.meta.dirname, '..', '..', '..', '.tools', 'postgres', 'psql')

/** The backend with triggers on its tables, and two sidecars on one Redis that read its outbox. */
export interface Stage {
  readonly backend: Backend
  readonly redis: RedisServer
  /** Those that run now: a fault may put others in their place. */
  sidecars: readonly SidecarProcess[]
  readonly callers: readonly Caller[]
  readonly writers: Writers
  startSidecar(): Promise<SidecarProcess>
  /** Of the outbox. */
  rows(): Promise<number>
  /** Resolves with how many milliseconds it took until no row was left. */
  becomesEmpty(): Promise<number>
  stop(): Promise<void>
}

/** A row that nobody takes in this time is lost. The bound of a stalled reader's transaction is below it. */
const LOST_AFTER_MS = 60_000

export const startStage = async ({ hasTriggers }: { readonly hasTriggers: boolean }): Promise<Stage> => {
  const [backend, redis] = await Promise.all([startBackend(), startRedis()])
  const { database } = backend
  // Without it a commit may be answered before it is written, and a server that is killed then has lost it.
  await database.server.sql('ALTER DATABASE spms SET synchronous_commit = on')
  const declared = { SPMS_DECLARED: '1' }
  await database.django(['spms_cache', 'install_triggers'], declared)
  if (!hasTriggers) await database.django(['spms_cache', 'remove_triggers'], declared)
  const environment = {
    ORIGIN_URL: backend.url,
    REDIS_URL: redis.url,
    LOG_LEVEL: 'error',
    ...(hasTriggers && { OUTBOX_URL: `postgres://spms@/spms?host=${database.folder}` })
  }
  const callers = await signInAll(backend.url)
  const administrator = callers.find(({ name }) => name === 'administrator')
  if (administrator === undefined) throw new Error('There is no administrator among the callers.')
  const rows = async (): Promise<number> => {
    const query = ['-h', database.folder, '-U', 'spms', '-d', 'spms', '-t', '-A', '-c', COUNT]
    return Number((await run(PSQL, query)).stdout)
  }
  const stage: Stage = {
    backend,
    redis,
    callers,
    sidecars: await Promise.all([startSidecar(environment), startSidecar(environment)]),
    writers: startWriters({ backend, administrator }),
    startSidecar: () => startSidecar(environment),
    rows,
    becomesEmpty: async () => {
      const startedAt = performance.now()
      await eventually(async () => (await rows()) === 0, { timeoutMs: LOST_AFTER_MS })
      return performance.now() - startedAt
    },
    stop: async () => {
      await stage.writers.stop()
      await Promise.all(stage.sidecars.map((sidecar) => sidecar.stop('SIGKILL')))
      await redis.stop()
      await backend.stop()
    }
  }
  return stage
}

const COUNT = 'SELECT count(*) FROM spms_cache_outbox'
