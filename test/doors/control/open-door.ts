import { randomEpoch } from '../../../src/cache/position.js'
import { Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import type { Test } from 'tap'
import { StoreUnavailableError } from '../../../src/cache/errors.js'
import { invalidationOf } from '../../../src/cache/invalidation.js'
import type { Store } from '../../../src/cache/store.js'
import { createLocks } from '../../../src/cache/locks/locks.js'
import { createValues } from '../../../src/cache/values/values.js'
import type { Timer } from '../../../src/cache/locks/waiting.js'
import type { WarmingProgress } from '../../../src/cache/warming/warming.js'
import { createAuditReport } from '../../../src/insight/audit-report.js'
import { createServerFactory } from '../../../src/doors/server-factory.js'
import { createControlDoor, type ControlDoorOptions } from '../../../src/doors/control/control-door.js'
import { createLogLevel } from '../../../src/telemetry/log-level.js'
import type { StatsSnapshot } from '../../../src/telemetry/statistics.js'
import { createMemoryStore } from '../../../src/stores/memory/memory-store.js'
import { createClock, type Clock } from '../../support/clock.js'
import { http, type HttpAnswer, type HttpOptions } from '../../support/http.js'

export interface OpenDoor {
  readonly door: FastifyInstance
  readonly url: string
  readonly clock: Clock
  readonly store: Store
  /** Lines of the log, at every level. */
  /** What each invalidation was asked to wait, in ms. */
  readonly waits: (number | undefined)[]
  readonly log: readonly string[]
  readonly call: (method: string, path: string, options?: CallOptions) => Promise<HttpAnswer>
  /** Makes the store unreachable. */
  readonly cut: () => void
  readonly close: () => Promise<unknown>
}

export interface CallOptions extends Omit<HttpOptions, 'method'> {
  readonly json?: unknown
}

const COUNTS = { hits: 3, misses: 1, bypasses: 2, hitRate: 0.75, meanCachedMs: 1.5, meanUncachedMs: null }

export const STATS: StatsSnapshot = {
  since: '2026-01-01T00:00:00.000Z',
  total: COUNTS,
  resources: { user_profile: COUNTS },
  store: { kind: 'memory', state: 'up', entries: 1, usedBytes: 100, maxBytes: 1000, pendingInvalidations: 0 }
}

export const RESOURCES = { resources: [{ name: 'user_profile', ttl: 600 }] }

export const WARMED: WarmingProgress = {
  state: 'finished',
  total: 3,
  done: 3,
  stored: 1,
  fresh: 0,
  failed: 1,
  skipped: 1,
  durationMs: 12
}

/** A door over a memory store, which `watch` may change, listening on a port of its own. */
export const openDoor = async (
  t: Test,
  named: Partial<ControlDoorOptions> = {},
  watch: (store: Store) => Store = (store) => store
): Promise<OpenDoor> => {
  const clock = createClock()
  const store = watch(createMemoryStore({ maxBytes: 10_000_000, now: clock.now, randomEpoch }))
  let isCut = false
  const reachable: Store = {
    ...store,
    read: (storeKeys) => (isCut ? refuse() : store.read(storeKeys)),
    list: (listing) => (isCut ? refuse() : store.list(listing)),
    commit: (commit) => (isCut ? refuse() : store.commit(commit))
  }
  const log: string[] = []
  const waits: (number | undefined)[] = []
  const app = createControlDoor({
    serverFactory: createServerFactory({ timeoutMs: 60_000 }),
    values: createValues({ store: reachable, now: clock.now }),
    locks: createLocks({ store: reachable, now: clock.now, timer: timerOf(clock) }),
    invalidate: async (invalidation, { waitMs } = {}) => {
      waits.push(waitMs)
      return isCut ? { outcome: 'pending' } : store.invalidate(invalidationOf(invalidation))
    },
    longestWaitMs: 5000,
    stats: async () => STATS,
    analytics: undefined,
    audit: createAuditReport(clock.now).snapshot,
    resources: { schema: Type.Unknown(), table: RESOURCES },
    logging: createLogLevel({ log: pino({ level: 'info' }), now: clock.now }),
    warming: { run: async () => undefined, progress: () => WARMED },
    keyPrefix: 'spms:',
    defaultTtlSeconds: 300,
    maxTtlSeconds: 86_400,
    maxEntryBytes: 100_000,
    token: undefined,
    hosts: [],
    loggerInstance: pino({ level: 'trace' }, { write: (line) => log.push(line) }),
    ...named
  })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  t.teardown(() => app.close())
  return {
    door: app,
    url,
    clock,
    store,
    log,
    waits,
    call: (method, path, { json, headers, ...options } = {}) =>
      http(url + path, {
        ...options,
        method,
        headers: { ...(json !== undefined && { 'content-type': 'application/json' }), ...headers },
        ...(json !== undefined && { body: JSON.stringify(json) })
      }),
    cut: () => {
      isCut = true
    },
    close: () => app.close()
  }
}

/** A wait is over at once, by a clock that has gone on by it. */
const timerOf = (clock: Clock): Timer => ({
  elapsed: clock.now,
  after: (ms, run) => {
    const immediate = setImmediate(() => {
      clock.advance(Math.ceil(ms))
      run()
    })
    return () => clearImmediate(immediate)
  }
})

/** That the answer is a problem with this status which names the field, if one is given. */
export const isProblem = (
  t: Test,
  answer: HttpAnswer,
  status: number,
  field?: string,
  message?: string
): void => {
  const named = field === undefined ? {} : { errors: [{ field, detail: String }] }
  t.match(
    { status: answer.status, type: answer.headers['content-type'], problem: answer.json() },
    {
      status,
      type: /^application\/problem\+json$/,
      problem: { type: 'about:blank', title: String, status, detail: String, ...named }
    },
    message ?? `${status} ${field ?? ''}`
  )
}

const refuse = (): Promise<never> => Promise.reject(new StoreUnavailableError('The store is cut off'))
