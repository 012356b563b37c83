import { readFileSync } from 'node:fs'
import t from 'tap'
import { eventually } from '../support/eventually.js'
import { freePort } from '../support/free-port.js'
import { http } from '../support/http.js'
import { needsOwnRedis, startRedis } from '../support/redis-server.js'
import { startSidecar } from '../support/sidecar-process.js'
import { needsPrometheus, startPrometheus } from './support/prometheus.js'

/** The alerts as they are, but for the time that they wait. */
const impatient = readFileSync('helm/files/alerts.yaml', 'utf8').replaceAll(/for: \d+m/g, 'for: 1s')

t.test(
  'Prometheus scrapes the sidecars and fires for the one whose Redis is away',
  { skip: needsPrometheus || needsOwnRedis },
  async (t) => {
    const redis = await startRedis()
    const healthy = await startSidecar({ REDIS_URL: redis.url })
    const lonely = await startSidecar({ REDIS_URL: `redis://127.0.0.1:${await freePort()}/1` })
    const prometheus = await startPrometheus({
      rules: impatient,
      targets: { healthy: healthy.ops, lonely: lonely.ops }
    })
    t.teardown(async () => {
      await Promise.all([prometheus.stop(), healthy.stop(), lonely.stop()])
      await redis.stop()
    })

    await eventually(async () => (await prometheus.scraped()).length === 2)
    // Before the first scrape there are no metrics, which is an alert as well.
    const isOnly = async (alert: string) => (await prometheus.firing()).join() === alert
    await eventually(() => isOnly('SpmsCacheStoreDown/lonely'), { timeoutMs: 30_000 })

    const { status } = await http(`${lonely.control}/v1/invalidations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"all":true}'
    })
    t.equal(status, 202)
    await eventually(async () => (await prometheus.firing()).length > 1, { timeoutMs: 30_000 })
    t.strictSame(await prometheus.firing(), [
      'SpmsCacheInvalidationsPending/lonely',
      'SpmsCacheStoreDown/lonely'
    ])

    await healthy.stop()
    await eventually(async () => (await prometheus.firing()).includes('SpmsCacheMetricsGone/healthy'), {
      timeoutMs: 30_000
    })
  }
)
