import type { StoreFaultKind } from '../cache/errors.js'
import type { EpochReason, StoreCapability } from '../cache/observer.js'

const OTHER =
  'Reads go to the origin meanwhile. Look at the error, at the log of Redis and at `redis-cli INFO`.'
const REFUSED =
  'Redis refuses this user: check user and password (REDIS_PASSWORD, REDIS_PASSWORD_FILE or REDIS_URL; with REDIS_AUTH=entra, whether Redis knows the identity by its object id), and the rights of the user (ACL).'
const NO_CREDENTIALS =
  'The sidecar has nothing to log in to Redis with: check REDIS_PASSWORD_FILE, or with REDIS_AUTH=entra the workload identity and the way to the token endpoint (docs/redis.md).'
const STARTING = 'Redis is starting or failing over: wait; if it stays so, look at its log.'

/** What an operator can do about a store that is down, or an operation of it that failed. */
export const STORE_HINTS: Readonly<Record<StoreFaultKind, string>> = {
  full: 'Redis is full: raise maxmemory, or set maxmemory-policy to volatile-lru.',
  credentials: REFUSED,
  'no-credentials': NO_CREDENTIALS,
  permission: REFUSED,
  refused:
    'Redis does not have this command, or not for this: look which one the reason names. docs/redis.md says which servers do.',
  'cross-slot':
    'This Redis shards by slot: set KEY_PREFIX to one with a part in braces, such as {spms}:, or use a database that is not sharded.',
  'foreign-value':
    'Another application of this Redis has a value under the key that the error names: give one of the two another prefix.',
  maxclients:
    'Redis takes no more connections: raise maxclients, or find who holds them with `redis-cli CLIENT LIST`.',
  'read-only': 'Redis is a read-only replica: REDIS_URL must name the primary.',
  'no-replicas': OTHER,
  loading: STARTING,
  'failing-over': STARTING,
  moved: OTHER,
  persistence: 'Redis cannot write its snapshot: free disk space, or turn its persistence off.',
  busy: 'A script blocks Redis: find who runs it with `redis-cli CLIENT LIST`, end it with `redis-cli SCRIPT KILL`.',
  timeout:
    'Redis did not answer in time: check its load and `redis-cli SLOWLOG GET`, the network, and REDIS_COMMAND_TIMEOUT_MS.',
  unreachable: 'Redis cannot be reached: check that it runs and that REDIS_URL names it.',
  closed:
    'The connection to Redis was cut: if it does not come back, look at the log of Redis and at what is in between.',
  'lost-epoch': OTHER,
  'lost-records':
    'Redis has failed over or was restored, and lacks what it had acknowledged: nothing to do once; if it recurs, look at its replication.',
  down: OTHER,
  other: OTHER
}

interface Advice {
  /** The reason as the log tells it. */
  readonly text: string
  readonly hint: string
}

const EXPECTED =
  'Expected when Redis is new or restarted; if it recurs, find out who restarts or flushes Redis.'

/** What the log says of a new epoch. */
export const EPOCH_ADVICE: Readonly<Record<EpochReason, Advice>> = {
  'no-epoch': { text: 'no epoch', hint: EXPECTED },
  'another-server': { text: 'another server', hint: EXPECTED },
  'lost-records': {
    text: 'lost invalidations',
    hint: 'Expected after a failover or a restore that lost writes; if it recurs, look at the replication of Redis.'
  },
  evictions: {
    text: 'evictions under allkeys',
    hint: 'Set maxmemory-policy to volatile-lru: allkeys-* evicts what invalidation needs.'
  },
  'damaged-index': { text: 'a damaged index', hint: EXPECTED },
  'everything-invalidated': {
    text: 'everything was invalidated',
    hint: 'Somebody invalidated everything; entries come back with their next reads.'
  }
}

/** What follows from what the server does not tell. */
export const LACKING: Readonly<Record<StoreCapability, string>> = {
  identity:
    'Restarts are known by the records that a server lacks: a process that has just started cannot know of those lost before.',
  evictions:
    'Evictions cannot be counted: maxmemory-policy must be volatile-* or noeviction, as volatile-lru is on Azure.'
}
