import type { Test } from 'tap'
import type { Origin, OriginOptions } from '../../demo/origin/origin.js'
import { startOrigin } from '../demo/start-origin.js'
import { type RedisServer, startRedis } from '../support/redis-server.js'
import { type LocalSidecar, openSidecar, untilUp } from './in-process.js'

/** Two sidecars of one origin on one Redis, closed with the test. */
export interface Pair {
  readonly origin: Origin
  readonly redis: RedisServer
  readonly here: LocalSidecar
  readonly there: LocalSidecar
  /** Back to the origin's first state, with nothing stored. */
  readonly reset: () => Promise<void>
}

export const openPair = async (
  t: Test,
  sample: OriginOptions,
  settings: Readonly<Record<string, string>> = {}
): Promise<Pair> => {
  const { origin, address } = await startOrigin(t, sample)
  const redis = await startRedis()
  t.teardown(() => redis.stop())
  const environment = { ORIGIN_URL: address, REDIS_URL: redis.url, ...settings }
  const here = await openSidecar(t, environment)
  const there = await openSidecar(t, environment)
  return {
    origin,
    redis,
    here,
    there,
    reset: async () => {
      origin.reset()
      await Promise.all([untilUp(here.store), untilUp(there.store)])
      // The sessions are the same ones again: no index of before may still name their entries.
      await redis.cli('flushdb')
      await here.invalidate({ all: true })
    }
  }
}
