import type { Config } from './schema.js'
import { ConfigError, shown } from './config-error.js'

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

/** RFC 9110 §5.6.2. */
const TOKEN = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/
/** RFC 9110 §5.5, without what surrounds a value. */
const VALUE = /^[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?$/

/** Header names and values in turn; `undefined` for what is no JSON object of them. */
export const parseWarmIdentity = (text: string): readonly string[] | undefined => {
  const parsed = parse(text)
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined
  const headers: string[] = []
  for (const [name, value] of Object.entries(parsed)) {
    if (!TOKEN.test(name) || typeof value !== 'string' || !VALUE.test(value)) return undefined
    headers.push(name, value)
  }
  return headers
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
