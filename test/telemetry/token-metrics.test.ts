import { Registry } from 'prom-client'
import t from 'tap'
import { createTokenMetrics } from '../../src/telemetry/token-metrics.js'

t.test('there are no series until there is a token, and then its expiry and the attempts', async (t) => {
  const registry = new Registry()
  const { tokenRenewed, tokenNotRenewed } = createTokenMetrics(registry, 'x_')
  const series = async () => (await registry.metrics()).split('\n').filter((line) => /^x_/.test(line))
  t.strictSame(await series(), [])
  tokenNotRenewed({ reason: 'no', failures: 1 })
  tokenRenewed({ expiresAt: 1_700_000_000_500 })
  tokenRenewed({ expiresAt: 1_700_000_100_500 })
  t.strictSame((await series()).sort(), [
    'x_redis_token_expires_timestamp_seconds 1700000100.5',
    'x_redis_token_renewals_total{outcome="done"} 2',
    'x_redis_token_renewals_total{outcome="failed"} 1'
  ])
})
