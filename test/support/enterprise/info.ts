/**
 * What `INFO` of Redis Enterprise says: the proxy makes it up, with fewer fields than a server has. "In Redis Software,
 * `INFO` returns a different set of fields than Redis Open Source" (redis.io,
 * operate/rs/references/compatibility/commands/server). These are the ones of Redis Cloud 6.0 to 8.2, as its users
 * have printed them (sidekiq/sidekiq#5086). Among those that are not there:
 *
 * - `master_replid`: nothing tells one master from another that has taken over with the data.
 * - `maxmemory_policy` and `maxmemory`: nothing tells what is evicted, and when (sidekiq/sidekiq#5712).
 */
const FIELDS: readonly string[] = [
  ...[
    'redis_version',
    'redis_git_sha1',
    'redis_git_dirty',
    'redis_build_id',
    'redis_mode',
    'os',
    'arch_bits'
  ],
  ...['multiplexing_api', 'gcc_version', 'process_id', 'run_id', 'tcp_port', 'server_time_usec', 'hz'],
  ...['uptime_in_seconds', 'uptime_in_days', 'lru_clock', 'config_file'],
  ...['connected_clients', 'blocked_clients', 'maxclients', 'cluster_connections'],
  ...['used_memory', 'used_memory_human', 'used_memory_rss', 'used_memory_peak', 'used_memory_peak_human'],
  ...['used_memory_lua', 'mem_fragmentation_ratio', 'mem_allocator'],
  ...['loading', 'rdb_changes_since_last_save', 'rdb_bgsave_in_progress', 'rdb_last_save_time'],
  ...['rdb_last_bgsave_status', 'aof_enabled', 'aof_rewrite_in_progress', 'aof_last_write_status'],
  ...['total_connections_received', 'total_commands_processed', 'instantaneous_ops_per_sec'],
  ...['total_net_input_bytes', 'total_net_output_bytes', 'rejected_connections', 'sync_full'],
  ...[
    'expired_keys',
    'evicted_keys',
    'keyspace_hits',
    'keyspace_misses',
    'pubsub_channels',
    'pubsub_patterns'
  ],
  ...['role', 'connected_slaves', 'master_repl_offset', 'repl_backlog_active', 'repl_backlog_size'],
  ...['used_cpu_sys', 'used_cpu_user', 'cluster_enabled']
]

/** What the proxy says of itself whatever server is behind it: a restart changes none of these. */
const OF_THE_PROXY: Readonly<Record<string, string>> = {
  run_id: '37278d06bac0c36a66a7f95500b5c3ffa173e799',
  redis_build_id: '0'.repeat(40),
  redis_git_sha1: '0'.repeat(8),
  process_id: '7463228',
  uptime_in_seconds: '244566003',
  uptime_in_days: '2830',
  lru_clock: '0',
  config_file: '',
  redis_mode: 'standalone',
  cluster_enabled: '0'
}

/** `INFO` of a server as Redis Enterprise would say it. */
export const rewriteInfo = (info: string): string =>
  info
    .split('\r\n')
    .flatMap((line) => {
      const [field = '', ...value] = line.split(':')
      // An empty line, a section's title, or a database's figures.
      if (value.length === 0 || /^db\d+$/.test(field)) return [line]
      if (!FIELDS.includes(field)) return []
      return [`${field}:${OF_THE_PROXY[field] ?? value.join(':')}`]
    })
    .join('\r\n')
