/**
 * What Redis Enterprise, which Azure Managed Redis is, does not do for its callers. `inScripts`: whether a script is refused
 * it too. Those that hurt most come first; the sources are pages of redis.io unless they say otherwise.
 */
export interface Refusal {
  readonly command: string
  /** All of them where there are none. */
  readonly subcommands?: readonly string[]
  readonly from: 'scripts' | 'callers' | 'everybody'
  readonly source: string
}

const COMPATIBILITY = 'operate/rs/references/compatibility/commands'
const SERVER = `${COMPATIBILITY}/server`
const CONNECTION = `${COMPATIBILITY}/connection`
const CLUSTER = `${COMPATIBILITY}/cluster`
const GENERIC = `${COMPATIBILITY}/generic`
const SCRIPTING = `${COMPATIBILITY}/scripting`

export const REFUSALS: readonly Refusal[] = [
  { command: 'info', from: 'scripts', source: `${SERVER}#monitoring-commands: "Not supported for scripts"` },
  {
    command: 'select',
    from: 'everybody',
    source: `${CONNECTION}: "does not support shared databases […] and blocks any related commands"`
  },
  { command: 'swapdb', from: 'everybody', source: `${SERVER}#general-server-commands` },
  { command: 'move', from: 'everybody', source: GENERIC },
  { command: 'role', from: 'everybody', source: `${SERVER}#replication-commands` },
  {
    command: 'config',
    subcommands: ['resetstat'],
    from: 'callers',
    source: `${SERVER}#configuration-commands`
  },
  {
    command: 'acl',
    subcommands: ['deluser', 'genpass', 'load', 'log', 'save', 'setuser'],
    from: 'callers',
    source: `${SERVER}#access-control-commands`
  },
  {
    command: 'slowlog',
    from: 'scripts',
    source: `${SERVER}#monitoring-commands: "Not supported for scripts"`
  },
  {
    command: 'client',
    subcommands: ['getredir', 'no-evict', 'pause', 'unpause'],
    from: 'callers',
    source: CONNECTION
  },
  { command: 'reset', from: 'callers', source: CONNECTION },
  { command: 'script', subcommands: ['debug'], from: 'callers', source: SCRIPTING },
  { command: 'debug', from: 'callers', source: `${SERVER}#general-server-commands` },
  { command: 'shutdown', from: 'callers', source: `${SERVER}#general-server-commands` },
  {
    command: 'memory',
    subcommands: ['doctor', 'malloc-stats', 'purge', 'stats'],
    from: 'callers',
    source: `${SERVER}#monitoring-commands`
  },
  {
    command: 'latency',
    subcommands: ['doctor', 'graph', 'help', 'history', 'latest', 'reset'],
    from: 'callers',
    source: `${SERVER}#monitoring-commands`
  },
  {
    command: 'module',
    subcommands: ['help', 'load', 'loadex', 'unload'],
    from: 'callers',
    source: `${SERVER}#module-commands`
  },
  { command: 'lastsave', from: 'everybody', source: `${SERVER}#persistence-commands` },
  { command: 'save', from: 'callers', source: `${SERVER}#persistence-commands` },
  { command: 'bgsave', from: 'callers', source: `${SERVER}#persistence-commands` },
  { command: 'bgrewriteaof', from: 'callers', source: `${SERVER}#persistence-commands` },
  { command: 'migrate', from: 'everybody', source: `${SERVER}#replication-commands` },
  { command: 'failover', from: 'callers', source: `${SERVER}#replication-commands` },
  { command: 'psync', from: 'callers', source: `${SERVER}#replication-commands` },
  { command: 'replconf', from: 'callers', source: `${SERVER}#replication-commands` },
  { command: 'replicaof', from: 'callers', source: `${SERVER}#replication-commands` },
  { command: 'slaveof', from: 'callers', source: `${SERVER}#replication-commands` },
  { command: 'sync', from: 'callers', source: `${SERVER}#replication-commands` },
  { command: 'readonly', from: 'callers', source: CLUSTER },
  { command: 'readwrite', from: 'callers', source: CLUSTER },
  { command: 'asking', from: 'callers', source: CLUSTER }
]

/** What `CLUSTER` does under the OSS policy, which is the only one that has it. Source: the page of cluster commands. */
export const CLUSTER_SUBCOMMANDS = ['help', 'info', 'keyslot', 'nodes', 'shards', 'slots']

/**
 * The settings that `CONFIG GET` and `CONFIG SET` know. None says how much memory there is or what is evicted. Source:
 * operate/rs/references/compatibility/config-settings.
 */
export const SETTINGS = [
  ...['activerehashing', 'busy-reply-threshold', 'hll-sparse-max-bytes', 'lua-time-limit'],
  ...['hash-max-listpack-entries', 'hash-max-listpack-value', 'hash-max-ziplist-entries'],
  ...['hash-max-ziplist-value', 'list-compress-depth', 'list-max-listpack-size', 'list-max-ziplist-size'],
  ...['notify-keyspace-events', 'set-max-intset-entries', 'slowlog-log-slower-than', 'slowlog-max-len'],
  ...['stream-node-max-bytes', 'stream-node-max-entries', 'zset-max-listpack-entries'],
  ...['zset-max-listpack-value', 'zset-max-ziplist-entries', 'zset-max-ziplist-value']
]

/** To a caller. Source: RedisGrafana/grafana-redis-datasource#81. */
export const REFUSED = 'ERR command is not allowed'

/** To a script. Sources: redis/redis `script.c`; hibiken/asynqmon#210, on Redis Enterprise Cloud with Redis 6.2. */
export const REFUSED_IN_SCRIPT = 'This Redis command is not allowed from script'
