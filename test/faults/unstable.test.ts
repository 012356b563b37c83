import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { needsOwnRedis, type RedisServer } from '../support/redis-server.js'
import { type Figures, printFigures } from './figures.js'
import { ORIGIN_MS, type OriginProcess, startOrigin } from './origin-process.js'
import { redisFor, sidecarFor } from './stage.js'
import { runTrial, type Trial } from './trial.js'
import { judgeCallers, judgeLog } from './verdict.js'

interface Upset extends Pick<Trial, 'name' | 'begin' | 'end' | 'during' | 'originMs'> {
  readonly title: string
}

const upsetsOf = (redis: RedisServer, origin: OriginProcess): readonly Upset[] => [
  {
    name: 'flapping',
    title: 'dies and comes back five times',
    begin: () => redis.kill(),
    during: async () => {
      for (let times = 1; times < 5; times++) {
        await redis.restart()
        await sleep(FLAP_MS)
        await redis.kill()
        await sleep(FLAP_MS)
      }
    },
    end: () => redis.restart()
  },
  {
    name: 'connection cut',
    title: 'closes the connection',
    begin: () => undefined,
    end: () => redis.cli('client', 'kill', 'type', 'normal', 'skipme', 'yes')
  },
  {
    name: 'slow origin',
    title: 'dies while the origin is slow',
    begin: async () => {
      await origin.setLatency(SLOW_MS)
      await redis.kill()
    },
    end: async () => {
      await origin.setLatency(ORIGIN_MS)
      await redis.restart()
    },
    originMs: SLOW_MS
  }
]

const FLAP_MS = 300
const SLOW_MS = 250

/** Far more than it takes: a busy machine is slow to start processes. */
t.setTimeout(150_000)

void t.test('Redis is unstable', { skip: needsOwnRedis }, async (t) => {
  const origin = await startOrigin(t)
  const redis = await redisFor(t)
  const rows: Figures[] = []
  for (const { title, ...upset } of upsetsOf(redis, origin)) {
    await t.test(`${upset.name}: no request fails when it ${title}`, async (t) => {
      const sidecar = await sidecarFor(t, origin, redis.url, { ORIGIN_MAX_CONNECTIONS: '512' })
      const figures = await runTrial(t, { ...upset, sidecar, origin })
      rows.push(figures)
      judgeCallers(t, figures)
      judgeLog(t, sidecar.logs, false)
    })
  }
  printFigures(t, rows)
})
