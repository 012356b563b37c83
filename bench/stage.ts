import type { RedisServer } from '../test/support/redis-server.js'
import { startOrigin, ORIGIN_HEADERS, type BenchOrigin, type OriginOptions } from './origin.js'
import { startBenchRedis } from './redis.js'
import type { Bench } from './scenario.js'
import type { RunningSubject, Subject, SubjectOptions } from './subject.js'

/** An origin and a Redis of their own, and the subjects that stand between. */
export interface Stage {
  readonly origin: BenchOrigin
  readonly redis: RedisServer
  /** Of every answer's body. */
  readonly bodyBytes: number
  /** Starts it, or gives the one that runs already. */
  start(subject: Subject): Promise<RunningSubject>
}

export interface StageOptions extends OriginOptions, Pick<SubjectOptions, 'settings'> {
  /** In place of one of the stage's own; it goes on when the work is done. */
  readonly origin?: BenchOrigin | undefined
}

/** All that has been started is stopped when the work is done, or has failed. */
export const onStage = async <Result>(
  { cores }: Bench,
  { settings = {}, ...options }: StageOptions,
  work: (stage: Stage) => Promise<Result>
): Promise<Result> => {
  const origin = options.origin ?? (await startOrigin(options))
  const redis = await startBenchRedis()
  const running = new Map<Subject, Promise<RunningSubject>>()
  const start = (subject: Subject): Promise<RunningSubject> => {
    const known = running.get(subject)
    if (known !== undefined) return known
    const started = subject.start({
      originUrl: origin.url,
      redisUrl: redis.url,
      core: cores?.subject,
      bodyBytes: options.bodyBytes,
      headers: HIT_HEADERS,
      settings
    })
    running.set(subject, started)
    return started
  }
  try {
    return await work({ origin, redis, bodyBytes: options.bodyBytes, start })
  } finally {
    const stopped = [...running.values()].map(async (subject) => (await subject).stop())
    if (options.origin === undefined) stopped.push(origin.stop())
    await Promise.allSettled([...stopped, redis.stop()])
  }
}

/** What the sidecar answers a hit with: floors send as much. */
const HIT_HEADERS = { ...ORIGIN_HEADERS, age: '1', 'cache-status': 'spms; hit; ttl=599' }
