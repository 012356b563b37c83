import type { Redis } from 'ioredis'
import type { Test } from 'tap'
import { type RedisServer, type RedisServerOptions, startRedis } from '../support/redis-server.js'
import { type SidecarProcess, startSidecar } from '../support/sidecar-process.js'
import { type Load, startLoad } from './load.js'
import { createMix, type MixOptions } from './mix.js'
import type { OriginProcess } from './origin-process.js'

export const PER_SECOND = 500

export const redisFor = async (t: Test, options?: RedisServerOptions): Promise<RedisServer> => {
  const redis = await startRedis(options)
  t.teardown(() => redis.stop())
  return redis
}

/** The sidecar as built, with its own settings but for the addresses. */
export const sidecarFor = async (
  t: Test,
  origin: Pick<OriginProcess, 'address'>,
  redisUrl: string,
  environment: Readonly<Record<string, string>> = {}
): Promise<SidecarProcess> => {
  const sidecar = await startSidecar({
    ORIGIN_URL: origin.address,
    REDIS_URL: redisUrl,
    PROXY_HOST: '127.0.0.1',
    OPS_HOST: '127.0.0.1',
    ...environment
  })
  t.teardown(() => sidecar.stop())
  return sidecar
}

/** The mixed load at its full rate, its first second apart. */
export const loadFor = async (
  t: Test,
  origin: OriginProcess,
  { proxy }: SidecarProcess,
  options?: MixOptions
): Promise<Load> => {
  const next = await createMix(origin.address, options)
  const load = startLoad({ address: proxy, perSecond: PER_SECOND, next })
  t.teardown(() => load.stop())
  return load
}

/** How often each command was carried out since the last reset, the client's own questions apart. */
export const commandsSince = async (admin: Redis): Promise<Readonly<Record<string, number>>> => {
  const stats = await admin.info('commandstats')
  const calls = [...stats.matchAll(/^cmdstat_(\S+?):calls=(\d+)/gm)]
  return Object.fromEntries(
    calls.flatMap(([, name = '', count]) => (/^(info|config)/.test(name) ? [] : [[name, Number(count)]]))
  )
}
