import type { ConnectionOptions } from 'node:tls'
import { Redis } from 'ioredis'
import type { Credentials } from '../credentials/credentials.js'
import { hasHashTag, parseRedisAddress, type RedisAddress, RedisSettingsError } from './address.js'
import { type ClientOptions, slotOwnerConnector } from './slot-owner.js'

export type RedisClient = Redis & {
  /** That the handshake selects; 0, and none, is the one that a connection begins in. */
  readonly database?: number
}

export interface RedisSettings {
  readonly url: string
  /** In place of those in the address. */
  readonly username?: string | undefined
  readonly password?: string | undefined
  /** Logins that change, in place of user and password. */
  readonly credentials?: Credentials | undefined
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
  const options: ClientOptions = {
    ...commonOptions(settings, address),
    ...formOptions(settings, address),
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    retryStrategy: (attempt) => Math.min(50 * 2 ** Math.min(attempt, 5), 1000)
  }
  return new Client(options, address.form === 'cluster' ? 0 : address.database)
}

/** By which `CLIENT LIST` shows it. */
export const CONNECTION_NAME = 'spms-cache-sidecar'

class Client extends Redis {
  constructor(
    options: ClientOptions,
    readonly database: number
  ) {
    super(options)
  }

  /** Closes at once, as Redis recommends in place of QUIT since 7.2. That of ioredis rejects while disconnected. */
  override quit(): Promise<'OK'> {
    if (this.status !== 'end') this.disconnect()
    return Promise.resolve('OK')
  }
}

const commonOptions = (settings: RedisSettings, address: RedisAddress): ClientOptions => {
  const { credentials, connectTimeoutMs } = settings
  return {
    protocol: 2,
    connectTimeout: connectTimeoutMs,
    enableReadyCheck: false,
    tls: tlsOf(settings, address),
    ...(credentials === undefined ? ownLogin(settings, address) : SILENT)
  }
}

const ownLogin = (settings: RedisSettings, address: RedisAddress): ClientOptions => {
  const { username = address.username, password = address.password } = settings
  return { username, password, connectionName: CONNECTION_NAME }
}

/** Until the handshake has logged in (log-in.ts), Redis would refuse whatever the client asks by itself. */
const SILENT: ClientOptions = { disableClientInfo: true }

/** How each form finds the master. */
const formOptions = (settings: RedisSettings, address: RedisAddress): ClientOptions => {
  const { nodes, form } = address
  const { prefix, connectTimeoutMs, credentials } = settings
  const selected = form === 'cluster' || credentials !== undefined ? {} : { db: address.database }
  if (form === 'single') return { ...nodes[0], ...selected }
  if (form === 'cluster') {
    if (!hasHashTag(prefix)) {
      throw new RedisSettingsError(
        `KEY_PREFIX=${prefix}: must hold a hash tag on Redis Cluster, such as {spms}:, so that all keys are in one slot`
      )
    }
    const asking = { ...commonOptions(settings, address), commandTimeout: connectTimeoutMs }
    const login = credentials && (() => credentials.login())
    return { Connector: slotOwnerConnector({ nodes, prefix, asking, login }) }
  }
  return {
    sentinels: [...nodes],
    name: address.master,
    role: 'master',
    ...selected,
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
