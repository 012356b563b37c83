import type { Redis } from 'ioredis'
import { startRedis, type RedisServer } from '../test/support/redis-server.js'

/** A Redis server of the benchmark's own; on the core of this process, which it inherits. */
export const startBenchRedis = (): Promise<RedisServer> =>
  startRedis({ args: ['--maxmemory', '1gb', '--maxmemory-policy', 'volatile-lru'] })

/** How often each command was carried out since the server began, but for those that only look or connect. */
export const commandsOf = async (redis: Redis): Promise<ReadonlyMap<string, number>> =>
  commandsIn(await redis.info('commandstats'))

export const commandsIn = (info: string): ReadonlyMap<string, number> =>
  new Map(
    [...info.matchAll(/^cmdstat_(\S+?):calls=(\d+)/gm)]
      .map(([, name = '', calls]) => [name, Number(calls)] as const)
      .filter(([name]) => !/^(info|hello|auth|select|ping|client\||config\||command)/.test(name))
  )
