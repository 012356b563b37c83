import { startRedis, type RedisServer } from '../../test/support/redis-server.js'
import { pinProcess } from '../load/cores.js'
import type { Bench } from '../scenario.js'
import { PATIENT, startSidecar, type RunningSidecar } from '../subjects/sidecar.js'

export interface GrowthStage {
  readonly redis: RedisServer
  readonly sidecar: RunningSidecar
}

/**
 * A sidecar that only its control door is used of, on a Redis of its own without a limit of memory. Redis is
 * what is measured, so it has a core to itself; and the sidecar's time budget is large.
 */
export const onGrowthStage = async <Result>(
  { cores }: Bench,
  work: (stage: GrowthStage) => Promise<Result>
): Promise<Result> => {
  const redis = await startRedis()
  try {
    if (cores !== undefined) pinProcess(cores.subject, redis.pid)
    const sidecar = await startSidecar({
      store: 'redis',
      originUrl: 'http://127.0.0.1:9',
      redisUrl: redis.url,
      core: cores?.load,
      settings: PATIENT
    })
    try {
      return await work({ redis, sidecar })
    } finally {
      await sidecar.stop()
    }
  } finally {
    await redis.stop()
  }
}
