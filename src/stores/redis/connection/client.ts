import type { ConnectionOptions } from 'node:tls'
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
  readonly ca?: string | undefined
  readonly prefix: string
  readonly connectTimeoutMs: number
}

/**
 * A client that fails at once instead of waiting: nothing is queued for a connection that is not there, and
 * nothing is sent a second time (with ioredis' defaults a read while Redis is down rejects after 73 s). Its
 * state is told by its events. In every form it is one connection, to the master. `quit` may be called at any
 * time, and the client connects again when it is told to. Throws `RedisSettingsError`.
 */
export const createClient = (settings: RedisSettings): RedisClient => {
  const address = parseRedisAddress(settings.url)
  return new Client({
    ...commonOptions(settings, address),
    ...formOptions(settings, address),
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    retryStrategy: (attempt) => Math.min(50 * 2 ** Math.min(attempt, 5), 1000)
  })
}

class Client extends Redis {
  /** Closes at once, as Redis recommends in place of QUIT since 7.2. That of ioredis rejects while disconnected. */
  override quit(): Promise<'OK'> {
    if (this.status !== 'end') this.disconnect()
    return Promise.resolve('OK')
  }
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

const tlsOf = ({ ca }: RedisSettings, { isTls }: RedisAddress): ConnectionOptions | undefined => {
  if (!isTls) return undefined
  return ca === undefined ? {} : { ca }
}
