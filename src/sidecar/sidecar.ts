import type { Server } from 'node:http'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { type Cache, createCache } from '../cache/cache.js'
import { createLocks } from '../cache/locks/locks.js'
import { createValues } from '../cache/values/values.js'
import { type Config, listOf } from '../config/config.js'
import { createServerFactory, type Door, type DoorParts } from '../doors/server-factory.js'
import { createControlDoor } from '../doors/control/control-door.js'
import { createOpsDoor } from '../doors/ops/ops-door.js'
import { createProxyDoor, MAX_HEADER_BYTES } from '../doors/proxy/proxy-door.js'
import { Unread } from '../doors/proxy/unread.js'
import { isCoding } from '../http/codings.js'
import { createHttpOrigin } from '../origin/http-origin.js'
import { resourceFileSchema } from '../resources/schema.js'
import { clockOf, monotonicNow, steadyNow } from './clocks.js'
import { checkPrefix } from './check-prefix.js'
import { readCa } from './peers.js'
import { listen, listenOnSocket } from './listen.js'
import { loadOutbox } from './load-outbox.js'
import { openStore, type OpenStore, storePlugin } from './open-store.js'
import { readTable } from './read-table.js'
import { credentialsOf } from './redis-credentials.js'
import { stopInOrder, type Stopped } from './stop.js'
import { openInsight } from './open-insight.js'
import { auditOf, MODES } from './modes.js'
import { warmingOf } from './warming-of.js'
import { createLogObserver } from '../telemetry/log-observer.js'
import { createLogLevel } from '../telemetry/log-level.js'
import { createMetrics } from '../telemetry/metrics.js'
import type { OpenTelemetry } from '../telemetry/otel/telemetry.js'
import { observeAll } from '../telemetry/observe.js'
import { createStatistics } from '../telemetry/statistics.js'

export interface SidecarOptions {
  readonly config: Config
  readonly log: Logger
  /** `undefined`: nothing goes to a collector. */
  readonly telemetry?: OpenTelemetry | undefined
  /** Tests put another store in its place. */
  readonly openStore?: OpenStore
}

export interface Sidecar {
  readonly cache: Cache
  /** Opens the doors; `/ready` follows when the cache is warm. Rejects when an address cannot be had. */
  listen(): Promise<{ readonly proxy: string; readonly control: string; readonly ops: string }>
  /** Fails readiness, lets the requests in flight finish within a bound, and closes everything. */
  close(): Promise<Stopped>
}

const SWEEP_MS = 60_000

/** Configuration → cache → the three doors. */
export const createSidecar = async ({
  config,
  log,
  telemetry: openTelemetry,
  openStore: open = openStore
}: SidecarOptions): Promise<Sidecar> => {
  const now = clockOf(config.CACHE_STORE)
  const maxTtlMs = config.MAX_TTL * 1000
  const ttlLimits = { defaultTtlSeconds: config.DEFAULT_TTL, maxTtlSeconds: config.MAX_TTL }
  const trustedFields = listOf(config.TRUSTED_FIELDS).map((name) => name.toLowerCase())
  const { table, description, warnings } = readTable(config, {
    ...ttlLimits,
    trustedHeaders: trustedFields,
    isPrivateNoCache: config.PRIVATE_NO_CACHE
  })
  checkPrefix(config, description)
  for (const warning of warnings) {
    log.warn(
      { warning, hint: 'add the tag to the row of the read' },
      'A write will not invalidate what it names'
    )
  }
  const unread = new Unread({ timeoutMs: config.CALLER_TIMEOUT_MS })
  const metrics = createMetrics({ stats: () => store.stats(), unread })
  const insight = openInsight(config)
  const statistics = createStatistics({ counts: metrics.counts, now: Date.now })
  const telemetry = openTelemetry?.open({ log, registry: metrics.registry })
  const logObserver = createLogObserver({ log, now: steadyNow })
  const observer = observeAll([
    ...[metrics, logObserver, ...insight.observers],
    ...(telemetry ? [telemetry.observer] : [])
  ])
  const opened = open(config, observer, await credentialsOf(config, observer))
  const store = telemetry?.watchStore(opened) ?? opened
  insight.share({ store, now })
  const httpOrigin = createHttpOrigin({
    url: config.ORIGIN_URL,
    timeoutMs: config.ORIGIN_TIMEOUT_MS,
    maxConnections: config.ORIGIN_MAX_CONNECTIONS,
    maxQueue: config.ORIGIN_MAX_QUEUE,
    maxHeaderBytes: MAX_HEADER_BYTES,
    servername: config.ORIGIN_SERVERNAME,
    ca: readCa(config, 'ORIGIN'),
    protectedHeaders: ['origin', ...table.identity.headers, ...table.variedHeaders],
    observer
  })
  const origin = telemetry?.watchOrigin(httpOrigin) ?? httpOrigin
  const cache = createCache({
    store,
    origin,
    table,
    observer,
    now,
    maxTtlMs,
    maxEntryBytes: config.MAX_ENTRY_BYTES,
    codings: listOf(config.COMPRESSION).filter(isCoding),
    mode: MODES[config.CACHE_ENABLED],
    audit: auditOf(config),
    allowedHosts: listOf(config.ALLOWED_HOSTS)
  })

  const outbox = await loadOutbox({ config, cache, observer, log })
  const warming = warmingOf({ config, cache, table, targets: description.warm, log })
  const state = { isReady: false, isDraining: false }
  const logLevel = createLogLevel({ log, now: Date.now })
  const doorOf = (name: string, create: (parts: DoorParts) => FastifyInstance): Door => {
    const follow = name === 'ops' ? undefined : telemetry?.follow
    const serverFactory = createServerFactory({ timeoutMs: config.CALLER_TIMEOUT_MS, follow })
    return { serverFactory, app: create({ serverFactory, loggerInstance: logLevel.child({ door: name }) }) }
  }
  const proxy = doorOf('proxy', (parts) =>
    createProxyDoor({ ...parts, cache, unread, state, now: monotonicNow, trustedFields })
  )
  const control = doorOf('control', (parts) =>
    createControlDoor({
      ...parts,
      ...ttlLimits,
      values: createValues({ store, now }),
      locks: createLocks({ store, now }),
      invalidate: (named, options) => cache.invalidate(named, 'control', options),
      longestWaitMs: config.INVALIDATION_TIMEOUT_MS,
      ...insight.reports,
      stats: async () => statistics.snapshot(await store.stats(), metrics.outboxStats()),
      resources: { schema: resourceFileSchema(ttlLimits), table: description },
      warming,
      logging: logLevel,
      keyPrefix: config.KEY_PREFIX,
      maxEntryBytes: config.MAX_ENTRY_BYTES,
      token: config.CONTROL_TOKEN,
      hosts: listOf(config.CONTROL_HOSTS?.toLowerCase()),
      nameRoute: telemetry?.nameRoute
    })
  )
  void control.app.register(storePlugin, { store })
  const ops = doorOf('ops', (parts) =>
    createOpsDoor({
      ...parts,
      isReady: () => state.isReady,
      stats: () => store.stats(),
      registry: metrics.registry
    })
  )
  let socket: Server | undefined
  // Sidecars that start together do not sweep together.
  const sweepMs = SWEEP_MS * (0.8 + 0.4 * Math.random())
  const sweeping = setInterval(() => void store.sweep().catch(() => undefined), sweepMs).unref()

  return {
    cache,
    listen: async () => {
      const addresses = {
        proxy: await listen(proxy.app, 'PROXY', config),
        control: await listen(control.app, 'CONTROL', config),
        ops: await listen(ops.app, 'OPS', config)
      }
      if (config.CONTROL_SOCKET !== undefined) {
        socket = await listenOnSocket(control, config.CONTROL_SOCKET)
      }
      outbox?.start()
      void warming.run().then(() => {
        state.isReady = !state.isDraining
      })
      return addresses
    },
    close: async () => {
      state.isDraining = true
      state.isReady = false
      clearInterval(sweeping)
      insight.stop()
      return stopInOrder({
        warming,
        proxy,
        control,
        ops,
        socket,
        cache,
        origin,
        outbox,
        store,
        telemetry,
        delayMs: config.SHUTDOWN_DELAY_MS,
        timeoutMs: config.SHUTDOWN_TIMEOUT_MS
      })
    }
  }
}
