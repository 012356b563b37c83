import type { Config } from './schema.js'
import { ConfigError, shown } from './config-error.js'
import { loginFaultOf } from './redis-login.js'
import { telemetryOf } from './telemetry.js'

/** What the schema cannot say: settings that do not go together. Throws `ConfigError`. */
export const checkTogether = (config: Config): Config => {
  const fault = faultOf(config)
  if (fault !== undefined) throw new ConfigError(fault)
  telemetryOf(config)
  return config
}

const faultOf = (config: Config): string | undefined => {
  const { ORIGIN_URL, DEFAULT_TTL, MAX_TTL, MAX_ENTRY_BYTES, MEMORY_MAX_BYTES, CONTROL_HOST } = config
  if (!URL.canParse(ORIGIN_URL))
    return `ORIGIN_URL=${shown('ORIGIN_URL', ORIGIN_URL)}: must be an address with a host and a port`
  if (DEFAULT_TTL > MAX_TTL) return `DEFAULT_TTL=${DEFAULT_TTL}: must not be above MAX_TTL (${MAX_TTL})`
  if (MAX_ENTRY_BYTES > MEMORY_MAX_BYTES && config.CACHE_STORE === 'memory')
    return `MAX_ENTRY_BYTES=${MAX_ENTRY_BYTES}: must not be above MEMORY_MAX_BYTES (${MEMORY_MAX_BYTES})`
  if (config.CONTROL_TOKEN === undefined && !isLoopback(CONTROL_HOST))
    return `CONTROL_HOST=${CONTROL_HOST}: must be a loopback address unless CONTROL_TOKEN is set`
  if (config.WARM_IDENTITY !== undefined && parseWarmIdentity(config.WARM_IDENTITY) === undefined)
    return 'WARM_IDENTITY=(hidden): must be a JSON object of header names and their values'
  return config.CACHE_STORE === 'redis' ? loginFaultOf(config) : undefined
}

export const isLoopback = (host: string): boolean =>
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
