import { readFileSync } from 'node:fs'
import { type Config, ConfigError } from '../config/config.js'
import {
  parseRedisAddress,
  type RedisAddress,
  RedisSettingsError
} from '../stores/redis/connection/address.js'

/** Whom the sidecar talks to, as the log shows it. */
export const peersOf = (config: Config): { readonly store: string; readonly origin: string } => ({
  store: config.CACHE_STORE === 'redis' ? printAddress(parseRedisAddress(config.REDIS_URL)) : 'memory',
  origin: printAddress(new URL(config.ORIGIN_URL))
})

/** An address from its parts: form, hosts, ports and database, and never user or password. */
export const printAddress = (address: RedisAddress | URL): string => {
  if (address instanceof URL) return `${address.protocol}//${address.host}`
  const scheme = `redis${address.isTls ? 's' : ''}${address.form === 'single' ? '' : `+${address.form}`}`
  const hosts = address.nodes.map(({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`)
  const database = address.form === 'cluster' ? '' : `/${address.database}`
  const master = address.form === 'sentinel' ? `?master=${encodeURIComponent(address.master)}` : ''
  return `${scheme}://${hosts.join(',')}${database}${master}`
}

const SCHEMES = { ORIGIN: 'https', REDIS: 'rediss' }

const addressOf = (config: Config): RedisAddress => {
  try {
    return parseRedisAddress(config.REDIS_URL)
  } catch (error) {
    throw error instanceof RedisSettingsError ? new ConfigError(error.message, { cause: error }) : error
  }
}

/** What a span says of Redis, by the semantic conventions; `undefined` for the embedded store. */
export const storeAttributesOf = (config: Config): Readonly<Record<string, string | number>> | undefined => {
  if (config.CACHE_STORE === 'memory') return undefined
  const address = addressOf(config)
  const [{ host, port }] = address.nodes
  return {
    'db.system.name': 'redis',
    ...(address.form !== 'cluster' && { 'db.namespace': `${address.database}` }),
    // Of sentinels and nodes of a cluster it is not known beforehand which one is asked.
    ...(address.form === 'single' && { 'server.address': host, 'server.port': port })
  }
}

/** The certificates of ORIGIN_CA_FILE or REDIS_CA_FILE in PEM. Throws `ConfigError`. */
export const readCa = (config: Config, peer: 'ORIGIN' | 'REDIS'): string | undefined => {
  const file = config[`${peer}_CA_FILE`]
  if (file === undefined) return undefined
  const scheme = SCHEMES[peer]
  if (!config[`${peer}_URL`].startsWith(scheme)) {
    const article = peer === 'ORIGIN' ? 'an' : 'a'
    throw new ConfigError(`${peer}_CA_FILE=${file}: must go with ${article} ${peer}_URL that says ${scheme}`)
  }
  return readCertificates(`${peer}_CA_FILE`, file)
}

/** `setting`: the one that names the file. Throws `ConfigError`. */
export const readCertificates = (setting: string, file: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ConfigError(`${setting}=${file}: must be a readable file (${reason})`, { cause })
  }
}
