import type { Redis } from 'ioredis'
import { needsOwnRedis, startRedis, type RedisServer } from '../test/support/redis-server.js'
import { letGoFirst } from './load/cores.js'

/** A Redis server of the benchmark's own; on the core of this process, which it inherits. */
export const startBenchRedis = async (): Promise<RedisServer> => {
  const redis = await startRedis({ args: ['--maxmemory', '1gb', '--maxmemory-policy', 'volatile-lru'] })
  // One that is lent runs somewhere else.
  if (needsOwnRedis === false) letGoFirst(redis.pid)
  return redis
}

/** How often each command was carried out since the server began, but for those that only look or connect. */
export const commandsOf = async (redis: Redis): Promise<ReadonlyMap<string, number>> =>
  commandsIn(await redis.info('commandstats'))

export const commandsIn = (info: string): ReadonlyMap<string, number> =>
  new Map(
    [...info.matchAll(/^cmdstat_(\S+?):calls=(\d+)/gm)]
      .map(([, name = '', calls]) => [name, Number(calls)] as const)
      .filter(([name]) => !/^(info|hello|auth|select|ping|client\||config\||command)/.test(name))
  )
