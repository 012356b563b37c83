import { type Static, Type } from '@sinclair/typebox'
import { REDIS_LOGIN } from './redis-login.js'
import { OUTBOX_SETTINGS } from './outbox-settings.js'
import { Bytes, Milliseconds, OptionalText, Port, Text, Whole } from './setting-types.js'
import { TELEMETRY_SETTINGS } from './telemetry-settings.js'

const MEBIBYTE = 1024 * 1024

/** Every setting, once: its type, its default, what it allows and what it is for. */
export const ConfigSchema = Type.Object({
  ORIGIN_URL: Type.String({
    pattern: '^https?://[^/?#@\\s]+/?$',
    default: 'http://127.0.0.1:8000',
    description: 'The main API: scheme, host and port, without a user.'
  }),
  ORIGIN_TIMEOUT_MS: Milliseconds(
    310_000,
    'Wait for the head of an answer of the origin, and for each pause in its body. Above the limit of the backend (300 s).'
  ),
  ORIGIN_MAX_CONNECTIONS: Whole(
    { minimum: 1, maximum: 10_000, default: 128 },
    'Connections to the origin, one request at a time on each.'
  ),
  ORIGIN_MAX_QUEUE: Whole(
    { minimum: 0, maximum: 1_000_000, default: 10_000 },
    'Requests that may wait for a connection to the origin; more get 503.'
  ),
  ORIGIN_SERVERNAME: OptionalText(
    'Name that the certificate of an `https` origin must be for, in place of the host of `ORIGIN_URL`.'
  ),
  ORIGIN_CA_FILE: OptionalText(
    'PEM file of the authority that signed the certificate of an `https` origin, where it is a private one.'
  ),
  ALLOWED_HOSTS: OptionalText(
    "Hosts answered from the cache, with commas, as in Django's `ALLOWED_HOSTS`; others are forwarded. Not set: all.",
    { pattern: '^[A-Za-z0-9.*_,:\\[\\] -]+$' }
  ),
  TRUSTED_FIELDS: OptionalText(
    'Fields passed on, with commas, of those that are [dropped](security.md#fields-that-are-dropped): the ingress sets them.',
    { pattern: '^[A-Za-z0-9, -]+$' }
  ),
  CACHE_STORE: Type.Union([Type.Literal('redis'), Type.Literal('memory')], {
    default: 'redis',
    description:
      'Where entries are stored: `redis`, shared by all pods, or `memory`, embedded in this process.'
  }),
  REDIS_URL: Type.String({
    pattern: '^rediss?(\\+[a-z]+)?://\\S+$',
    default: 'redis://127.0.0.1:6379/1',
    description:
      '`redis://[user:password@]host:port/database`, a cluster or sentinels ([forms](redis.md#the-address)); `rediss` is TLS.'
  }),
  ...REDIS_LOGIN,
  REDIS_CA_FILE: OptionalText(
    'PEM file of the authority that signed the certificate of Redis, where it is a private one.'
  ),
  REDIS_CONNECT_TIMEOUT_MS: Milliseconds(5000, 'Wait for a connection to Redis.'),
  REDIS_COMMAND_TIMEOUT_MS: Milliseconds(
    100,
    'Time budget of one store operation; then the origin is asked.'
  ),
  INVALIDATION_TIMEOUT_MS: Milliseconds(
    5000,
    'Longest that an invalidation is tried again while Redis does not take it, and the answer of its write is held.'
  ),
  KEY_PREFIX: Type.String({
    pattern: '^[A-Za-z0-9_.{}:-]{1,64}$',
    default: 'spms:',
    description:
      'Begins every key in Redis. Not set for a cluster or a host of Azure: `{spms}:`, whose braces keep all keys in one slot.'
  }),
  ...OUTBOX_SETTINGS,
  DEFAULT_TTL: Whole(
    { minimum: 1, default: 300 },
    'Time to live in seconds of a value that is put without one.'
  ),
  MAX_TTL: Whole(
    { minimum: 1, maximum: 31_536_000, default: 86_400 },
    'Greatest time to live in seconds, for values and for entries.'
  ),
  MEMORY_MAX_BYTES: Bytes(
    64 * MEBIBYTE,
    'Size of the embedded store; the least recently used entries make room.'
  ),
  MAX_ENTRY_BYTES: Bytes(
    MEBIBYTE,
    'Largest body that is stored, in all its codings together; larger answers are passed through.'
  ),
  COMPRESSION: Type.String({
    pattern: '^(?:off|(?:zstd|br|gzip)(?:\\s*,\\s*(?:zstd|br|gzip))*)$',
    default: 'gzip',
    description:
      'Codings that stored answers are [compressed](operations.md#compression) in, the preferred one first; `off` where the ingress does it.'
  }),
  RESOURCES_FILE: OptionalText('YAML file of the resource table, in place of the built-in one.'),
  CACHE_ENABLED: Type.Unsafe<'true' | 'false' | 'observe'>({
    type: 'string',
    enum: ['true', 'false', 'observe'],
    default: 'true',
    description:
      '`false` forwards every read; writes still invalidate. `observe` forwards, too, and tells what the cache would have answered, and how often wrongly.'
  }),
  ANALYTICS: Type.Boolean({
    default: true,
    description:
      'Whether figures of the last minute, quarter of an hour and day are kept, and the hottest keys.'
  }),
  AUDIT_SHARE: Type.Number({
    minimum: 0,
    maximum: 1,
    default: 0,
    description:
      'Of the hits, that are compared with what the backend answers to the same request, beside them.'
  }),
  AUDIT_MAX_PER_SECOND: Whole(
    { minimum: 1, maximum: 1000, default: 2 },
    'Hits that are compared in this way, at most.'
  ),
  AUDIT_GRACE_MS: Milliseconds(
    5000,
    'How long the invalidation of a write may take that the backend already shows: within it, no answer counts as stale.'
  ),
  PRIVATE_NO_CACHE: Type.Boolean({
    default: true,
    description:
      'Stored answers that need a caller go out with `Cache-Control: private, no-cache` where the backend says nothing of caching.'
  }),
  PROXY_HOST: Text('0.0.0.0', 'Address of the proxy door.'),
  PROXY_PORT: Port(8080, 'Port of the proxy door.'),
  CONTROL_HOST: Text('127.0.0.1', 'Address of the control door; beyond loopback only with `CONTROL_TOKEN`.'),
  CONTROL_PORT: Port(8081, 'Port of the control door.'),
  CONTROL_SOCKET: OptionalText('Unix socket of the control door, beside the port.', {
    minLength: 1,
    maxLength: 100
  }),
  CONTROL_TOKEN: OptionalText('Demanded by the control door as `Authorization: Bearer …`.', {
    minLength: 16
  }),
  CONTROL_HOSTS: OptionalText(
    'Names beside the loopback ones by which the control door may be called where it asks for no token.',
    { pattern: '^[\\w.-]+(\\s*,\\s*[\\w.-]+)*$' }
  ),
  CALLER_TIMEOUT_MS: Milliseconds(
    60_000,
    'Wait for the head of a request, for each pause in its body, and for a caller who takes nothing of an answer.'
  ),
  OPS_HOST: Text('0.0.0.0', 'Address of the ops door.'),
  OPS_PORT: Port(9090, 'Port of the ops door.'),
  SHUTDOWN_DELAY_MS: Whole(
    { minimum: 0, maximum: 3_600_000, default: 0 },
    'After SIGTERM, how long the doors go on while `/ready` fails already, for balancers to notice.'
  ),
  SHUTDOWN_TIMEOUT_MS: Milliseconds(
    25_000,
    'From when the doors close, how long requests in progress may take; then they are cut, and the process ends.'
  ),
  WARM_TIMEOUT_MS: Milliseconds(
    20_000,
    'Longest that the reads of the list `warm` hold back readiness, whatever the origin does.'
  ),
  WARM_IDENTITY: OptionalText(
    'Headers of these reads as a JSON object: who is asking, and the `Host` that the origin expects.',
    { minLength: 2 }
  ),
  LOG_LEVEL: Type.Union(
    ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'].map((level) => Type.Literal(level)),
    { default: 'info', description: 'Least severe level that is logged: hits and misses are at `debug`.' }
  ),
  ...TELEMETRY_SETTINGS
})

export type Config = Readonly<Static<typeof ConfigSchema>>
