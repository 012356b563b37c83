import { createServer, type Server } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { chmod, lstat, rm } from 'node:fs/promises'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { type Cache, createCache } from './cache/cache.js'
import type { Observer } from './cache/observer.js'
import { randomEpoch } from './cache/random.js'
import type { Store } from './cache/store.js'
import { createValues } from './cache/values.js'
import { type Config, ConfigError } from './config.js'
import { createControlDoor } from './doors/control/control-door.js'
import { createOpsDoor } from './doors/ops/ops-door.js'
import { answerClientError } from './doors/problem.js'
import { createProxyDoor } from './doors/proxy/proxy-door.js'
import { createHttpOrigin } from './origin/http-origin.js'
import { readResources } from './resources/read.js'
import { type ResourceFile, resourceFileSchema } from './resources/schema.js'
import { createMemoryStore } from './stores/memory/memory-store.js'
import { createRedisStore } from './stores/redis/redis-store.js'
import { createLogObserver } from './telemetry/log-observer.js'
import { createMetrics } from './telemetry/metrics.js'
import { observeAll } from './telemetry/observe.js'
import { createStatistics } from './telemetry/statistics.js'

export interface SidecarOptions {
  readonly config: Config
  readonly log: Logger
  /** Tests put another store in its place. */
  readonly openStore?: (config: Config, observer: Observer) => Promise<Store>
}

export interface Sidecar {
  readonly cache: Cache
  /** Opens the doors. Rejects when an address cannot be had. */
  listen(): Promise<{ readonly proxy: string; readonly control: string; readonly ops: string }>
  /** Fails readiness, lets the requests in flight finish, and closes everything. */
  close(): Promise<void>
}

const SWEEP_MS = 60_000

/** Configuration → cache → the three doors. */
export const createSidecar = async ({
  config,
  log,
  openStore: open = openStore
}: SidecarOptions): Promise<Sidecar> => {
  const now = Date.now
  const maxTtlMs = config.MAX_TTL * 1000
  const ttlLimits = { defaultTtlSeconds: config.DEFAULT_TTL, maxTtlSeconds: config.MAX_TTL }
  const { table, description } = readResources(config.RESOURCES_FILE, ttlLimits)
  const statistics = createStatistics({ now })
  const metrics = createMetrics({ counts: statistics.counts, figures: () => store.figures() })
  const observer = observeAll([statistics, metrics, createLogObserver({ log, now })])
  const store = await open(config, observer)
  const origin = createHttpOrigin({
    url: config.ORIGIN_URL,
    timeoutMs: config.ORIGIN_TIMEOUT_MS,
    maxConnections: config.ORIGIN_MAX_CONNECTIONS,
    maxQueue: config.ORIGIN_MAX_QUEUE,
    keptHeaders: ['origin', ...table.identity.headers, ...variesOf(description)],
    observer
  })
  const cache = createCache({
    store,
    origin,
    table,
    observer,
    now,
    maxTtlMs,
    maxEntryBytes: config.MAX_ENTRY_BYTES,
    isEnabled: config.CACHE_ENABLED
  })

  let isReady = false
  const proxy = createProxyDoor({ cache, loggerInstance: log.child({ door: 'proxy' }) })
  const control = createControlDoor({
    values: createValues({ store, now }),
    invalidate: (named) => cache.invalidate(named, 'control'),
    stats: async () => statistics.snapshot(await store.figures()),
    resources: { schema: resourceFileSchema(ttlLimits), table: description },
    keyPrefix: config.KEY_PREFIX,
    defaultTtlSeconds: config.DEFAULT_TTL,
    maxTtlSeconds: config.MAX_TTL,
    maxEntryBytes: config.MAX_ENTRY_BYTES,
    token: config.CONTROL_TOKEN,
    loggerInstance: log.child({ door: 'control' })
  })
  const ops = createOpsDoor({
    isReady: () => isReady,
    figures: () => store.figures(),
    registry: metrics.registry,
    loggerInstance: log.child({ door: 'ops' })
  })
  let socket: Server | undefined
  const sweeping = setInterval(() => void store.sweep().catch(() => undefined), jittered(SWEEP_MS)).unref()

  return {
    cache,
    listen: async () => {
      const addresses = {
        proxy: await listen(proxy, 'PROXY', config),
        control: await listen(control, 'CONTROL', config),
        ops: await listen(ops, 'OPS', config)
      }
      if (config.CONTROL_SOCKET !== undefined) socket = await listenOnSocket(control, config.CONTROL_SOCKET)
      isReady = true
      return addresses
    },
    close: async () => {
      isReady = false
      await delay(config.SHUTDOWN_DELAY_MS)
      clearInterval(sweeping)
      await proxy.close()
      await cache.settled()
      socket?.close()
      await control.close()
      await origin.close()
      await store.close()
      await ops.close()
    }
  }
}

/** The store that the configuration names. */
export const openStore = async (config: Config, observer: Observer): Promise<Store> =>
  config.CACHE_STORE === 'memory'
    ? createMemoryStore({ maxBytes: config.MEMORY_MAX_BYTES, now: Date.now, randomEpoch })
    : createRedisStore({
        url: config.REDIS_URL,
        connectTimeoutMs: config.REDIS_CONNECT_TIMEOUT_MS,
        commandTimeoutMs: config.REDIS_COMMAND_TIMEOUT_MS,
        prefix: config.KEY_PREFIX,
        observer,
        now: Date.now,
        randomEpoch
      })

const variesOf = ({ resources }: ResourceFile): readonly string[] =>
  resources.flatMap(({ vary }) => vary.map((name) => name.toLowerCase()))

const listen = async (
  door: FastifyInstance,
  name: 'PROXY' | 'CONTROL' | 'OPS',
  config: Config
): Promise<string> => {
  const [host, port] = [config[`${name}_HOST`], config[`${name}_PORT`]]
  try {
    return await door.listen({ host, port })
  } catch (error) {
    throw unusable(`${name}_PORT=${port}: must be free on ${name}_HOST=${host}`, error)
  }
}

/** The control door on a unix socket, for its user and group only. A socket left behind is replaced. */
const listenOnSocket = async (door: FastifyInstance, path: string): Promise<Server> => {
  const server = createServer((request, response) => door.routing(request, response))
  server.on('clientError', answerClientError)
  try {
    if ((await lstat(path).catch(() => undefined))?.isSocket() === true) await rm(path)
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve))
    await chmod(path, 0o660)
    return server
  } catch (error) {
    throw unusable(`CONTROL_SOCKET=${path}: must be a new name in a folder that may be written to`, error)
  }
}

const unusable = (message: string, cause: unknown): ConfigError =>
  new ConfigError(`${message} (${cause instanceof Error ? cause.message : String(cause)})`, { cause })

/** Sidecars that start together do not sweep together. */
const jittered = (ms: number): number => ms * (0.8 + 0.4 * Math.random())
