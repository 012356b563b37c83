import { compareVariants, type Variant } from '../load/setting-variants.js'
import { startOrigin } from '../origin.js'
import type { Scenario } from '../scenario.js'

/** The bundle of an earlier version, such as `../before/dist/main.js`, is one more to compare with. */
const { BENCH_BEFORE: before } = process.env

const OFF = 'off'

const sendingTo = (collectorUrl: string, share: string) => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: collectorUrl,
  OTEL_METRIC_EXPORT_INTERVAL: '5000',
  OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
  OTEL_TRACES_SAMPLER_ARG: share
})

export const telemetry: Scenario = {
  name: 'telemetry',
  title: 'What OpenTelemetry costs a hit',
  run: async (bench) => {
    const collector = await startOrigin({ bodyBytes: 1024, latencyMs: 0 })
    const variants: readonly Variant[] = [
      ...(before === undefined ? [] : [{ name: 'before', program: before }]),
      { name: OFF },
      { name: 'on, none recorded', settings: sendingTo(collector.url, '0') },
      { name: 'on, 1 % recorded', settings: sendingTo(collector.url, '0.01') },
      { name: 'on, all recorded', settings: sendingTo(collector.url, '1') }
    ]
    const compared = {
      variants,
      base: before === undefined ? OFF : 'before',
      note: 'Metrics are sent in all that are on; the collector answers at once.'
    }
    try {
      const memory = await compareVariants(bench, { ...compared, store: 'memory' })
      const redis = await compareVariants(bench, { ...compared, store: 'redis' })
      return { tables: [memory.table, redis.table], charts: [], targets: [] }
    } finally {
      await collector.stop()
    }
  }
}
