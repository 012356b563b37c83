import type { Config } from './schema.js'
import { ConfigError } from './config-error.js'
import { shown } from './shown.js'
import { parseWarmIdentity } from './warm-identity.js'

/** What the schema cannot say: settings that do not go together. Throws `ConfigError`. */
export const checkTogether = (config: Config): Config => {
  if (!URL.canParse(config.ORIGIN_URL)) {
    throw new ConfigError(
      `ORIGIN_URL=${shown('ORIGIN_URL', config.ORIGIN_URL)}: must be an address with a host and a port`
    )
  }
  if (config.DEFAULT_TTL > config.MAX_TTL) {
    throw new ConfigError(`DEFAULT_TTL=${config.DEFAULT_TTL}: must not be above MAX_TTL (${config.MAX_TTL})`)
  }
  if (config.MAX_ENTRY_BYTES > config.MEMORY_MAX_BYTES && config.CACHE_STORE === 'memory') {
    throw new ConfigError(
      `MAX_ENTRY_BYTES=${config.MAX_ENTRY_BYTES}: must not be above MEMORY_MAX_BYTES (${config.MEMORY_MAX_BYTES})`
    )
  }
  if (config.CONTROL_TOKEN === undefined && !isLoopback(config.CONTROL_HOST)) {
    throw new ConfigError(
      `CONTROL_HOST=${config.CONTROL_HOST}: must be a loopback address unless CONTROL_TOKEN is set`
    )
  }
  if (config.WARM_IDENTITY !== undefined && parseWarmIdentity(config.WARM_IDENTITY) === undefined) {
    throw new ConfigError('WARM_IDENTITY=(hidden): must be a JSON object of header names and their values')
  }
  return config
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host)
