import { signIn } from '../../test/backend/callers.js'
import { startBackend, type Backend, type BackendOptions } from '../../test/backend/start-backend.js'
import { startDatabase } from '../../test/backend/start-database.js'
import { startRedis } from '../../test/support/redis-server.js'
import { startSidecar } from '../../test/support/sidecar-process.js'
import type { Headers } from '../load/entrant.js'

/** What CPU time is counted of. */
export const COMPONENTS = ['gunicorn', 'sidecar', 'Redis', 'PostgreSQL'] as const

export interface Contestant {
  readonly name: string
  /** Where its pages are asked for. */
  readonly url: string
  readonly backend: Backend
  readonly pids: Readonly<Record<(typeof COMPONENTS)[number], readonly number[]>>
}

/** The same Django in four shapes on one database, and sessions of eight people. */
export const startContestants = async (): Promise<{
  readonly contestants: readonly Contestant[]
  readonly callers: readonly Headers[]
  readonly stop: () => Promise<void>
}> => {
  const stops: (() => Promise<unknown>)[] = []
  const ending = <Started extends { readonly stop: () => Promise<unknown> }>(started: Started): Started => {
    stops.unshift(() => started.stop())
    return started
  }
  const stop = async (): Promise<void> => {
    for (const end of stops) await end()
  }
  try {
    const database = ending(await startDatabase())
    const PostgreSQL = [database.server.pid]
    const redisServer = async () => ending(await startRedis())
    const backendOf = async (options: BackendOptions = {}) =>
      ending(await startBackend({ ...COMMON, database, ...options }))
    const sidecarOf = async (REDIS_URL: string, ORIGIN_URL = 'http://127.0.0.1:9') =>
      ending(await startSidecar({ ORIGIN_URL, REDIS_URL, ...PATIENT }))

    const plain = await backendOf()
    const redis = await redisServer()
    const overRedis = await backendOf({ cache: { kind: 'django-redis', location: redis.url } })
    const redisOfCache = await redisServer()
    const cache = await sidecarOf(redisOfCache.url)
    const overSidecar = await backendOf({ cache: { kind: 'sidecar', location: cache.control } })
    const redisOfProxy = await redisServer()
    const behindProxy = await backendOf()
    const proxy = await sidecarOf(redisOfProxy.url, behindProxy.url)

    const none = { sidecar: [], Redis: [], PostgreSQL }
    const contestants: readonly Contestant[] = [
      {
        name: 'no cache',
        url: plain.url,
        backend: plain,
        pids: { ...none, gunicorn: [plain.pid] }
      },
      {
        name: 'django-redis in the services',
        url: overRedis.url,
        backend: overRedis,
        pids: { ...none, gunicorn: [overRedis.pid], Redis: [redis.pid] }
      },
      {
        name: 'the sidecar in the services',
        url: overSidecar.url,
        backend: overSidecar,
        pids: {
          ...none,
          gunicorn: [overSidecar.pid],
          sidecar: [cache.pid],
          Redis: [redisOfCache.pid]
        }
      },
      {
        name: 'read-through in front',
        url: proxy.proxy,
        backend: behindProxy,
        pids: {
          ...none,
          gunicorn: [behindProxy.pid],
          sidecar: [proxy.pid],
          Redis: [redisOfProxy.pid]
        }
      }
    ]
    const callers = await Promise.all(
      PEOPLE.map(async (user) => (await signIn(plain.url, `user ${user}`, user)).headers)
    )
    return { contestants, callers, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

const PEOPLE = [1, 2, 3, 4, 5, 6, 7, 8]
/** The history of a throttle grows with every request. A connection that ends takes its CPU time with it. */
const COMMON: BackendOptions = {
  workers: 3,
  maxRequests: 10_000_000,
  middleware: ['queries'],
  rates: { anonymous: '', user: '' },
  environment: { SPMS_CONNECTION_SECONDS: '86400' }
}
/** On a machine that is busy with other things a command of Redis takes longer. */
const PATIENT = { REDIS_COMMAND_TIMEOUT_MS: '5000', LOG_LEVEL: 'info', NODE_ENV: 'production' }
