import t from 'tap'
import { needsOwnRedis } from '../support/redis-server.js'
import { tryFault } from './fault-trial.js'
import { FAULTS, PASSWORD } from './faults.js'
import { type Figures, printFigures } from './figures.js'
import { storeOldEntry } from './invalidations.js'
import { startOrigin } from './origin-process.js'
import { redisFor, sidecarFor } from './stage.js'

/** Far more than it takes: a busy machine is slow to start processes. */
t.setTimeout(150_000)

void t.test('Redis fails under load', { skip: needsOwnRedis }, async (t) => {
  const origin = await startOrigin(t)
  const rows: Figures[] = []
  for (const fault of FAULTS) {
    const { name, begin, end } = fault
    await t.test(`${name}: no request fails, and all is as before soon after`, async (t) => {
      const redis = await redisFor(t, { password: PASSWORD })
      const admin = redis.client()
      await admin.ping()
      const sidecar = await sidecarFor(t, origin, redis.url)
      await storeOldEntry(sidecar, origin)
      rows.push(
        await tryFault(t, fault, {
          sidecar,
          origin,
          begin: () => begin(redis, admin),
          end: () => end(redis, admin)
        })
      )
    })
  }
  printFigures(t, rows)
})
