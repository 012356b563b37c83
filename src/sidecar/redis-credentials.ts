import { StoreUnavailableError } from '../cache/errors.js'
import type { Observer } from '../cache/observer.js'
import { isLoopback } from '../config/check-together.js'
import { type Config, ConfigError } from '../config/config.js'
import { parseRedisAddress, RedisSettingsError } from '../stores/redis/connection/address.js'
import type { Credentials } from '../stores/redis/credentials/credentials.js'

/** Those that change while the sidecar runs; `undefined` without any. Loads what they need only then. Rejects with `ConfigError`. */
export const credentialsOf = async (config: Config, observer: Observer): Promise<Credentials | undefined> => {
  if (config.CACHE_STORE !== 'redis') return undefined
  try {
    if (config.REDIS_AUTH === 'entra') return await entraCredentials(config, observer)
    const file = config.REDIS_PASSWORD_FILE
    return file === undefined ? undefined : await passwordFile(config, file)
  } catch (error) {
    const isBadSetting = error instanceof RedisSettingsError || error instanceof StoreUnavailableError
    throw isBadSetting ? new ConfigError(error.message, { cause: error }) : error
  }
}

const passwordFile = async (config: Config, file: string): Promise<Credentials> => {
  const { createPasswordFile } = await import('../stores/redis/credentials/password-file.js')
  const username = config.REDIS_USERNAME ?? parseRedisAddress(config.REDIS_URL).username
  const credentials = createPasswordFile({ file, username })
  // A file that is not there from the start is a mistake; one that goes later takes the store down.
  await credentials.login()
  return credentials
}

const entraCredentials = async (config: Config, observer: Observer): Promise<Credentials> => {
  const { AZURE_CLIENT_ID: clientId, AZURE_TENANT_ID: tenantId, AZURE_FEDERATED_TOKEN_FILE: file } = config
  if (clientId === undefined || tenantId === undefined || file === undefined)
    throw new ConfigError('REDIS_AUTH=entra: needs a workload identity')
  const { username, password, isTls, nodes } = parseRedisAddress(config.REDIS_URL)
  if (password !== undefined)
    throw new RedisSettingsError('REDIS_URL=(hidden): must have no password with REDIS_AUTH=entra')
  if (!isTls && !nodes.every(({ host }) => isLoopback(host)))
    throw new RedisSettingsError(
      'REDIS_URL=(hidden): must be rediss with REDIS_AUTH=entra, since whoever reads a token can use it'
    )
  const { TokenCredentials } = await import('../stores/redis/credentials/token-credentials.js')
  const options = {
    clientId,
    tenantId,
    federatedTokenFile: file,
    authorityHost: config.AZURE_AUTHORITY_HOST,
    scope: config.REDIS_TOKEN_SCOPE,
    username: config.REDIS_USERNAME ?? username
  }
  return new TokenCredentials({
    fetchToken: async (signal) => {
      const { fetchEntraToken } = await import('../stores/redis/credentials/entra-token.js')
      return fetchEntraToken(options, signal)
    },
    observer,
    now: Date.now,
    random: Math.random
  })
}
