import t from 'tap'
import { startRedis } from '../support/redis-server.js'
import { startSidecar } from '../support/sidecar-process.js'
import { eventually } from '../support/eventually.js'
import { openOutbox } from './stage.js'

t.test('rows are invalidated', async (t) => {
  const stage = await openOutbox(t)
  const redis = await startRedis()
  t.teardown(() => redis.stop())
  const sidecar = await startSidecar({ REDIS_URL: redis.url, OUTBOX_URL: stage.url, LOG_LEVEL: 'debug' })
  t.teardown(() => sidecar.stop())
  await eventually(() => sidecar.logs.some(({ msg }) => msg === 'The outbox is read'))
  const at = performance.now()
  await stage.write([{ tags: ['project:1'] }])
  await eventually(() => sidecar.logs.some(({ msg }) => msg === 'Rows of the outbox were taken'))
  console.error(performance.now() - at, sidecar.logs.slice(-6))
  t.equal(await stage.waiting(), 0)
})
