import fastifyRedis from '@fastify/redis'
import fp from 'fastify-plugin'
import type { Observer } from '../cache/observer.js'
import { randomEpoch } from '../cache/position.js'
import type { Store } from '../cache/store.js'
import { type Config, ConfigError } from '../config/config.js'
import { createMemoryStore } from '../stores/memory/memory-store.js'
import { RedisSettingsError } from '../stores/redis/connection/address.js'
import { createClient, type RedisClient } from '../stores/redis/connection/client.js'
import type { Credentials } from '../stores/redis/credentials/credentials.js'
import { createRedisStore } from '../stores/redis/redis-store.js'
import { steadyNow } from './clocks.js'
import { readCa } from './peers.js'

/** To be closed before its connection. */
export type OpenedStore = Store & { readonly client?: RedisClient }

/** What makes the store that a configuration names. `credentials` are those that change, for Redis. */
export type OpenStore = (config: Config, observer: Observer, credentials?: Credentials) => OpenedStore

/** Throws `ConfigError`. */
export const openStore: OpenStore = (config, observer, credentials) => {
  if (config.CACHE_STORE === 'memory') {
    return createMemoryStore({ maxBytes: config.MEMORY_MAX_BYTES, now: steadyNow, randomEpoch })
  }
  const client = connectionOf(config, credentials)
  const store = createRedisStore({
    client,
    credentials,
    connectTimeoutMs: config.REDIS_CONNECT_TIMEOUT_MS,
    commandTimeoutMs: config.REDIS_COMMAND_TIMEOUT_MS,
    invalidationTimeoutMs: config.INVALIDATION_TIMEOUT_MS,
    prefix: config.KEY_PREFIX,
    observer,
    now: Date.now,
    randomEpoch
  })
  return { ...store, client }
}

const connectionOf = (config: Config, credentials: Credentials | undefined): RedisClient => {
  try {
    return createClient({
      url: config.REDIS_URL,
      username: config.REDIS_USERNAME,
      password: config.REDIS_PASSWORD,
      credentials,
      ca: readCa(config, 'REDIS'),
      connectTimeoutMs: config.REDIS_CONNECT_TIMEOUT_MS,
      prefix: config.KEY_PREFIX
    })
  } catch (error) {
    throw error instanceof RedisSettingsError ? new ConfigError(error.message, { cause: error }) : error
  }
}

/**
 * Ties the store to the life of an application: after its last request the store is closed, then the connection to
 * Redis, which the application has as `app.redis`. Does not wait for Redis.
 *
 * Two facts of `@fastify/redis` 9.0, whichever client it is given:
 * - It decorates at once, but is loaded with the first connection only. A start while Redis is down would end in
 *   FST_ERR_PLUGIN_TIMEOUT, so it is called here without waiting for what it reports.
 * - It calls `quit` and ignores the result, or fails with it: when the application closes, and before the first
 *   connection when it takes Redis for hopeless (the client has ended, the host is unknown, or Redis has answered
 *   with an error, as to a wrong password). ioredis' own `quit` rejects while disconnected, and an error that nobody
 *   catches ends the process. That of the store's client never rejects, and the store connects again.
 */
export const storePlugin = fp<{ readonly store: OpenedStore }>(
  (app, { store }, done) => {
    const { client } = store
    if (client !== undefined) fastifyRedis(app, { client, closeClient: true }, () => undefined)
    // Runs before the hook by which `@fastify/redis` closes the connection: the last one that is added is the first.
    app.addHook('onClose', () => store.close())
    done()
  },
  { name: 'store', fastify: '5.x' }
)
