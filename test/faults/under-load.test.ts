import t from 'tap'
import { needsOwnRedis } from '../support/redis-server.js'
import { FAULTS, PASSWORD } from './faults.js'
import { type Figures, printFigures } from './figures.js'
import { announceChange, judgeValues, seeChange, storeOldEntry } from './invalidations.js'
import { startOrigin } from './origin-process.js'
import { redisFor, sidecarFor } from './stage.js'
import { HIT, runTrial } from './trial.js'
import { judgeCallers, judgeLog } from './verdict.js'

/** Far more than it takes: a busy machine is slow to start processes. */
t.setTimeout(150_000)

void t.test('Redis fails under load', { skip: needsOwnRedis }, async (t) => {
  const origin = await startOrigin(t)
  const rows: Figures[] = []
  for (const { name, begin, end, isRead } of FAULTS) {
    await t.test(`${name}: no request fails, and all is as before soon after`, async (t) => {
      const redis = await redisFor(t, { password: PASSWORD })
      const admin = redis.client()
      await admin.ping()
      const sidecar = await sidecarFor(t, origin, redis.url)
      await storeOldEntry(sidecar, origin)
      const figures = await runTrial(t, {
        name,
        sidecar,
        origin,
        begin: () => begin(redis, admin),
        during: async () => {
          await announceChange(t, sidecar, origin, isRead)
          await judgeValues(t, sidecar, isRead)
        },
        end: () => end(redis, admin),
        isBack: isRead ? /; stored/ : HIT
      })
      rows.push(figures)
      judgeCallers(t, figures)
      await seeChange(t, sidecar)
      judgeLog(t, sidecar.logs, isRead)
    })
  }
  printFigures(t, rows)
})
