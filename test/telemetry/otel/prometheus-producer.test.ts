import { AggregationTemporality, DataPointType } from '@opentelemetry/sdk-metrics'
import { Counter, Gauge, Registry } from 'prom-client'
import t from 'tap'
import { Durations } from '../../../src/telemetry/durations.js'
import { createPrometheusProducer } from '../../../src/telemetry/otel/prometheus-producer.js'

t.test('figures of a registry are those of OTLP, under the same names', async (t) => {
  const registry = new Registry()
  const registers = [registry]
  new Counter({ name: 'asked_total', help: 'Asked.', labelNames: ['kind'], registers }).inc({ kind: 'a' }, 3)
  new Gauge({ name: 'used_bytes', help: 'Used.', registers }).set(5)
  new Gauge({ name: 'unmeasured_seconds', help: 'Unmeasured.', registers }).set(NaN)
  new Counter({ name: 'never_total', help: 'Never.', labelNames: ['kind'], registers })
  const durations = new Durations({ name: 'took_seconds', help: 'Took.', label: 'kind', registry })
  durations.record('a', 0.2)
  durations.record('a', 3)
  durations.record('a', 400_000)
  durations.record('b', 3)
  const { resourceMetrics, errors } = await createPrometheusProducer(registry).collect()
  t.strictSame(errors, [])
  const [scope] = resourceMetrics.scopeMetrics
  t.match(scope?.metrics, [
    {
      descriptor: { name: 'asked_total', description: 'Asked.', unit: '1' },
      dataPointType: DataPointType.SUM,
      isMonotonic: true,
      aggregationTemporality: AggregationTemporality.CUMULATIVE,
      dataPoints: [{ attributes: { kind: 'a' }, value: 3 }]
    },
    {
      descriptor: { name: 'used_bytes', unit: 'By' },
      dataPointType: DataPointType.GAUGE,
      dataPoints: [{ attributes: {}, value: 5 }]
    },
    {
      descriptor: { name: 'took_seconds', unit: 's' },
      dataPointType: DataPointType.HISTOGRAM,
      dataPoints: [
        { attributes: { kind: 'a' }, value: { count: 3, sum: 400.0032 } },
        { attributes: { kind: 'b' }, value: { count: 1, sum: 0.003 } }
      ]
    }
  ])
  t.equal(scope?.metrics.length, 3, 'what has no value is left out')
  const points = scope?.metrics[2]?.dataPoints
  t.match(points, [{ value: { buckets: { boundaries: Array, counts: Array } } }])
  const buckets = JSON.stringify(points?.map(({ value }) => value))
  const bounds = '0.0005,0.001,0.002,0.005,0.01,0.025,0.05,0.1,0.25,0.5,1,2.5,10,60,300'
  t.match(
    buckets,
    `"boundaries":[${bounds}],"counts":[1,0,0,1,0,0,0,0,0,0,0,0,0,0,0,1]`,
    'not those below, too'
  )
})
