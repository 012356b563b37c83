import fastifyRedis from '@fastify/redis'
import Fastify from 'fastify'
import { Redis } from 'ioredis'

export type RedisClient = Redis

export interface RedisAddress {
  readonly url: string
  readonly connectTimeoutMs: number
}

/**
 * A client that fails at once instead of waiting: nothing is queued for a connection that is not there, and
 * nothing is sent a second time (with ioredis' defaults a read while Redis is down rejects after 73 s). It
 * reconnects for as long as it lives; its state is told by its events.
 */
export const createClient = ({ url, connectTimeoutMs }: RedisAddress): RedisClient => {
  return new Redis(url, {
    lazyConnect: true,
    protocol: 2,
    connectionName: 'spms-cache-sidecar',
    connectTimeout: connectTimeoutMs,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    enableReadyCheck: false,
    retryStrategy: (attempt) => Math.min(50 * 2 ** Math.min(attempt, 5), 1000)
  })
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
