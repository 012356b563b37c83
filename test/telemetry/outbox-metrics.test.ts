import { Value } from '@sinclair/typebox/value'
import { Registry } from 'prom-client'
import t from 'tap'
import { createOutboxMetrics, OutboxStatsSchema } from '../../src/telemetry/outbox-metrics.js'

const create = () => {
  const registry = new Registry()
  const metrics = createOutboxMetrics(registry, 'x_')
  const series = async (): Promise<readonly string[]> =>
    (await registry.metrics()).split('\n').filter((line) => /^x_/.test(line) && !line.includes('_bucket'))
  return { metrics, series }
}

t.test('without an outbox gauges have no series, and nothing is known of it', async (t) => {
  const { metrics, series } = create()
  t.notOk((await series()).some((line) => /_(up|pending_rows|oldest_row_seconds) /.test(line)))
  t.equal(metrics.outboxStats(), undefined)
})

t.test('rows, their delays, those that wait and failures are counted', async (t) => {
  const { metrics, series } = create()
  metrics.outboxChanged({ state: 'up', wokenBy: 'notification' })
  metrics.outboxTaken({ delaysMs: [500, 1500] })
  metrics.outboxCounted({ rows: 7, oldestMs: 2500 })
  metrics.outboxFailed({ kind: 'permission', reason: 'no' })
  t.strictSame((await series()).toSorted(), [
    'x_outbox_delay_seconds_count 2',
    'x_outbox_delay_seconds_sum 2',
    'x_outbox_errors_total{reason="permission"} 1',
    'x_outbox_oldest_row_seconds 2.5',
    'x_outbox_pending_rows 7',
    'x_outbox_rows_total 2',
    'x_outbox_up 1'
  ])
  t.strictSame(metrics.outboxStats(), { state: 'up', rows: 2, pendingRows: 7, oldestRowSeconds: 2.5 })
  t.ok(Value.Check(OutboxStatsSchema, metrics.outboxStats()))
})

t.test('what was counted before an outage is not told in it', async (t) => {
  const { metrics, series } = create()
  metrics.outboxTaken({ delaysMs: [1] })
  metrics.outboxCounted({ rows: 7, oldestMs: 1 })
  metrics.outboxChanged({ state: 'down', kind: 'closed', reason: 'no' })
  t.ok((await series()).includes('x_outbox_up 0'))
  t.notOk((await series()).some((line) => /_(pending_rows|oldest_row_seconds) /.test(line)))
  t.strictSame(metrics.outboxStats(), { state: 'down', rows: 1 })
})
