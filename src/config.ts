import { Ajv } from 'ajv'
import envSchema from 'env-schema'
import { describe } from './config/describe.js'
import { type Config, ConfigSchema } from './config/schema.js'
import { parseWarmIdentity } from './config/warm-identity.js'

export { type Config, ConfigSchema }

/** One line that names the variable, its value and what is allowed. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/** Variables that are set but empty count as not set. Throws `ConfigError`. */
export const readConfig = (environment: NodeJS.ProcessEnv = process.env): Config => {
  const data = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
  const ajv = new Ajv({
    allErrors: true,
    coerceTypes: true,
    useDefaults: true,
    removeAdditional: true,
    verbose: true
  })
  try {
    return Object.freeze(
      checkTogether(envSchema<Config>({ schema: ConfigSchema, data, env: false, dotenv: false, ajv }))
    )
  } catch (error) {
    if (error instanceof ConfigError) throw error
    throw new ConfigError(describe(error, environment), { cause: error })
  }
}

/** The parts of a list with commas, trimmed. */
export const listOf = (text = ''): readonly string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')

const checkTogether = (config: Config): Config => {
  if (!URL.canParse(config.ORIGIN_URL)) {
    throw new ConfigError(`ORIGIN_URL=${config.ORIGIN_URL}: must be an address with a host and a port`)
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
