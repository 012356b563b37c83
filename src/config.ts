import { type Static, Type } from '@sinclair/typebox'
import { Ajv } from 'ajv'
import envSchema from 'env-schema'
import { describe } from './config/describe.js'
import { parseWarmIdentity } from './config/warm-identity.js'

const Port = (value: number, description: string) =>
  Type.Integer({ minimum: 0, maximum: 65535, default: value, description })
const Bytes = (value: number, description: string) =>
  Type.Integer({ minimum: 1024, default: value, description })
const Milliseconds = (value: number, description: string) =>
  Type.Integer({ minimum: 1, maximum: 3_600_000, default: value, description })
const Text = (value: string, description: string) =>
  Type.String({ minLength: 1, default: value, description })

const MEBIBYTE = 1024 * 1024

/** Every setting, once: its type, its default, what it allows and what it is for. */
export const ConfigSchema = Type.Object({
  ORIGIN_URL: Type.String({
    pattern: '^https?://[^/?#@\\s]+/?$',
    default: 'http://127.0.0.1:8000',
    description: 'The main API: scheme, host and port.'
  }),
  ORIGIN_TIMEOUT_MS: Milliseconds(
    310_000,
    'Wait for the head of an answer of the origin, and for each pause in its body. Above the limit of the backend (300 s).'
  ),
  ORIGIN_MAX_CONNECTIONS: Type.Integer({
    minimum: 1,
    maximum: 10_000,
    default: 128,
    description: 'Connections to the origin, one request at a time on each.'
  }),
  ORIGIN_MAX_QUEUE: Type.Integer({
    minimum: 0,
    maximum: 1_000_000,
    default: 10_000,
    description: 'Requests that may wait for a connection to the origin; more get 503.'
  }),
  CACHE_STORE: Type.Union([Type.Literal('redis'), Type.Literal('memory')], {
    default: 'redis',
    description: 'Where entries are kept: `redis`, shared by all pods, or `memory`, embedded in this process.'
  }),
  REDIS_URL: Type.String({
    pattern: '^rediss?(\\+[a-z]+)?://\\S+$',
    default: 'redis://127.0.0.1:6379/1',
    description:
      'Redis: `redis://[user:password@]host:port/database`, or a cluster or sentinels ([forms](#redis)); `rediss` is TLS.'
  }),
  REDIS_USERNAME: Type.Optional(
    Type.String({ minLength: 1, description: 'User of Redis, in place of the one in the address.' })
  ),
  REDIS_PASSWORD: Type.Optional(
    Type.String({ minLength: 1, description: 'Password of Redis, in place of the one in the address.' })
  ),
  REDIS_CA_FILE: Type.Optional(
    Type.String({
      minLength: 1,
      description:
        'PEM file of the authority that signed the certificate of Redis, where it is a private one.'
    })
  ),
  REDIS_CONNECT_TIMEOUT_MS: Milliseconds(5000, 'Wait for a connection to Redis.'),
  REDIS_COMMAND_TIMEOUT_MS: Milliseconds(
    100,
    'Time budget of one store operation; then the origin is asked.'
  ),
  KEY_PREFIX: Type.String({
    pattern: '^[A-Za-z0-9_.{}:-]{1,64}$',
    default: 'spms:',
    description: 'Begins every key in Redis. `{spms}:` keeps one slot on Redis Cluster.'
  }),
  DEFAULT_TTL: Type.Integer({
    minimum: 1,
    default: 300,
    description: 'Time to live in seconds of a value that is put without one.'
  }),
  MAX_TTL: Type.Integer({
    minimum: 1,
    maximum: 31_536_000,
    default: 86_400,
    description: 'Greatest time to live in seconds, for values and for entries.'
  }),
  MEMORY_MAX_BYTES: Bytes(
    64 * MEBIBYTE,
    'Size of the embedded store; the least recently used entries make room.'
  ),
  MAX_ENTRY_BYTES: Bytes(MEBIBYTE, 'Largest body that is stored; larger answers are passed through.'),
  RESOURCES_FILE: Type.Optional(
    Type.String({
      minLength: 1,
      description: 'YAML file of the resource table, in place of the built-in one.'
    })
  ),
  CACHE_ENABLED: Type.Boolean({
    default: true,
    description: '`false` forwards every read; writes still invalidate.'
  }),
  PROXY_HOST: Text('0.0.0.0', 'Address of the proxy door.'),
  PROXY_PORT: Port(8080, 'Port of the proxy door.'),
  CONTROL_HOST: Text('127.0.0.1', 'Address of the control door; beyond loopback only with `CONTROL_TOKEN`.'),
  CONTROL_PORT: Port(8081, 'Port of the control door.'),
  CONTROL_SOCKET: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 100,
      description: 'Unix socket of the control door, beside the port.'
    })
  ),
  CONTROL_TOKEN: Type.Optional(
    Type.String({ minLength: 16, description: 'Demanded by the control door as `Authorization: Bearer …`.' })
  ),
  OPS_HOST: Text('0.0.0.0', 'Address of the ops door.'),
  OPS_PORT: Port(9090, 'Port of the ops door.'),
  CALLER_TIMEOUT_MS: Milliseconds(
    60_000,
    'Wait for the head of a request, for each pause in its body, and for a caller who takes nothing of an answer.'
  ),
  SHUTDOWN_DELAY_MS: Type.Integer({
    minimum: 0,
    maximum: 3_600_000,
    default: 0,
    description:
      'After SIGTERM, how long the doors go on while `/ready` fails already, for balancers to notice.'
  }),
  SHUTDOWN_TIMEOUT_MS: Milliseconds(
    25_000,
    'From when the doors close, how long requests in progress may take; then they are cut, and the process ends.'
  ),
  WARM_TIMEOUT_MS: Milliseconds(
    20_000,
    'Longest that the reads of the list `warm` hold back readiness, whatever the origin does.'
  ),
  WARM_IDENTITY: Type.Optional(
    Type.String({
      minLength: 2,
      description:
        'Headers of these reads as a JSON object: who is asking, and the `Host` that the origin expects.'
    })
  ),
  LOG_LEVEL: Type.Union(
    ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'].map((level) => Type.Literal(level)),
    { default: 'info', description: 'Least severe level that is logged: hits and misses are at `debug`.' }
  )
})

export type Config = Readonly<Static<typeof ConfigSchema>>

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
