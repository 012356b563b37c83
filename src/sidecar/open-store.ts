import type { Observer } from '../cache/observer.js'
import { randomEpoch } from '../cache/position.js'
import type { Store } from '../cache/store.js'
import { type Config, ConfigError } from '../config/config.js'
import { createMemoryStore } from '../stores/memory/memory-store.js'
import { RedisSettingsError } from '../stores/redis/connection/address.js'
import { createClient, type RedisClient } from '../stores/redis/connection/client.js'
import { createRedisStore } from '../stores/redis/redis-store.js'
import { steadyNow } from './clocks.js'
import { readCa } from './read-ca.js'

/** To be closed before its connection. */
export type OpenedStore = Store & { readonly client?: RedisClient }

/** The store that the configuration names. Throws `ConfigError`. */
export const openStore = (config: Config, observer: Observer): OpenedStore => {
  if (config.CACHE_STORE === 'memory') {
    return createMemoryStore({ maxBytes: config.MEMORY_MAX_BYTES, now: steadyNow, randomEpoch })
  }
  const client = connectionOf(config)
  const store = createRedisStore({
    client,
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

const connectionOf = (config: Config): RedisClient => {
  try {
    return createClient({
      url: config.REDIS_URL,
      username: config.REDIS_USERNAME,
      password: config.REDIS_PASSWORD,
      ca: readCa(config, 'REDIS'),
      connectTimeoutMs: config.REDIS_CONNECT_TIMEOUT_MS,
      prefix: config.KEY_PREFIX
    })
  } catch (error) {
    throw error instanceof RedisSettingsError ? new ConfigError(error.message, { cause: error }) : error
  }
}
