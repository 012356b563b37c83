import { readFileSync } from 'node:fs'
import type { ConnectionOptions } from 'node:tls'
import fastifyRedis from '@fastify/redis'
import Fastify from 'fastify'
import { Redis } from 'ioredis'
import { hasHashTag, parseRedisAddress, type RedisAddress, RedisSettingsError } from './address.js'
import { type ClientOptions, slotOwnerConnector } from './slot-owner.js'

export type RedisClient = Redis

export interface RedisSettings {
  readonly url: string
  /** In place of those in the address. */
  readonly username?: string | undefined
  readonly password?: string | undefined
  /** Certificates in PEM of those who may have signed the server's, in place of the usual ones. */
  readonly caFile?: string | undefined
  readonly prefix: string
  readonly connectTimeoutMs: number
}

/**
 * A client that fails at once instead of waiting: nothing is queued for a connection that is not there, and
 * nothing is sent a second time (with ioredis' defaults a read while Redis is down rejects after 73 s). Its
 * state is told by its events. In every form it is one connection, to the master. Throws `RedisSettingsError`.
 */
export const createClient = (settings: RedisSettings): RedisClient => {
  const address = parseRedisAddress(settings.url)
  return new Redis({
    ...commonOptions(settings, address),
    ...formOptions(settings, address),
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    retryStrategy: (attempt) => Math.min(50 * 2 ** Math.min(attempt, 5), 1000)
  })
}

const commonOptions = (settings: RedisSettings, address: RedisAddress): ClientOptions => {
  const { username = address.username, password = address.password, connectTimeoutMs } = settings
  return {
    protocol: 2,
    connectionName: 'spms-cache-sidecar',
    connectTimeout: connectTimeoutMs,
    enableReadyCheck: false,
    username,
    password,
    tls: tlsOf(settings, address)
  }
}

/** How each form finds the master. */
const formOptions = (settings: RedisSettings, address: RedisAddress): ClientOptions => {
  const { nodes, form } = address
  if (form === 'single') return { ...nodes[0], db: address.database }
  const { prefix, connectTimeoutMs } = settings
  if (form === 'cluster') {
    if (!hasHashTag(prefix)) {
      throw new RedisSettingsError(
        `KEY_PREFIX=${prefix}: must hold a hash tag on Redis Cluster, such as {spms}:, so that all keys are in one slot`
      )
    }
    const asking = { ...commonOptions(settings, address), commandTimeout: connectTimeoutMs }
    return { Connector: slotOwnerConnector({ nodes, prefix, asking }) }
  }
  return {
    sentinels: [...nodes],
    name: address.master,
    role: 'master',
    db: address.database,
    sentinelCommandTimeout: connectTimeoutMs,
    // The connection begins anew, and says why.
    sentinelRetryStrategy: () => null,
    failoverDetector: true,
    enableTLSForSentinelMode: address.isTls,
    sentinelTLS: tlsOf(settings, address)
  }
}

const tlsOf = ({ caFile }: RedisSettings, { isTls }: RedisAddress): ConnectionOptions | undefined => {
  if (caFile === undefined) return isTls ? {} : undefined
  if (!isTls)
    throw new RedisSettingsError(`REDIS_CA_FILE=${caFile}: must go with a REDIS_URL that says rediss`)
  try {
    return { ca: readFileSync(caFile) }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new RedisSettingsError(`REDIS_CA_FILE=${caFile}: must be a readable file (${reason})`, { cause })
  }
}

/**
 * Hands the client to `@fastify/redis`, which owns it from then on. The plugin (9.0) waits for `ready`, so
 * that a boot while Redis is down ends in FST_ERR_PLUGIN_TIMEOUT, and it quits the client for good on an
 * error reply to its first PING, such as a wrong password; it does neither when the client says that it is
 * ready. Its own closing (`quit`) rejects while disconnected, hence `closeClient: false`.
 */
export const adoptClient = async (client: RedisClient): Promise<{ close(): Promise<void> }> => {
  const host = Fastify({ logger: false })
  const lent = new Proxy(client, {
    get: (target, property): unknown =>
      property === 'status' ? 'ready' : Reflect.get(target, property, target)
  })
  await host.register(fastifyRedis, { client: lent, closeClient: false })
  host.addHook('onClose', async () => client.disconnect())
  await host.ready()
  return { close: () => host.close() }
}
