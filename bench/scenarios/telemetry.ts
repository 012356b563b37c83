import { runClosedRounds } from '../load/closed-rounds.js'
import { type Entrant, readsProfile } from '../load/entrant.js'
import { cpuRatio, tableOf } from '../load/tables.js'
import { startOrigin } from '../origin.js'
import type { Bench, Scenario, Table } from '../scenario.js'
import { sidecarMemory, sidecarRedis } from '../subjects/index.js'
import { startSidecar } from '../subjects/sidecar.js'

const KILOBYTE = 1024

interface Variant {
  readonly name: string
  /** `undefined`: telemetry is off. */
  readonly share: string | undefined
  readonly program?: string
}

/** The bundle of an earlier version, such as `../before/dist/main.js`, is one more to compare with. */
const { BENCH_BEFORE: before } = process.env

const OFF = 'off'
const VARIANTS: readonly Variant[] = [
  ...(before === undefined ? [] : [{ name: 'before', share: undefined, program: before }]),
  { name: OFF, share: undefined },
  { name: 'on, none recorded', share: '0' },
  { name: 'on, 1 % recorded', share: '0.01' },
  { name: 'on, all recorded', share: '1' }
]

export const telemetry: Scenario = {
  name: 'telemetry',
  title: 'What OpenTelemetry costs a hit',
  run: async (bench) => {
    const collector = await startOrigin({ bodyBytes: KILOBYTE, latencyMs: 0 })
    try {
      const tables = [
        await hitsOf(bench, 'memory', collector.url),
        await hitsOf(bench, 'redis', collector.url)
      ]
      return { tables, charts: [], targets: [] }
    } finally {
      await collector.stop()
    }
  }
}

const hitsOf = async (bench: Bench, store: 'memory' | 'redis', collectorUrl: string): Promise<Table> => {
  const subject = store === 'memory' ? sidecarMemory : sidecarRedis
  const rounds = await runClosedRounds(bench, {
    title: `${subject.name}, telemetry`,
    entrants: VARIANTS.map((variant) => entrantOf(store, variant, collectorUrl)),
    bodyBytes: 10 * KILOBYTE,
    areHits: true,
    ...(bench.isQuick ? { rounds: 6, roundMs: 500 } : { rounds: 10, roundMs: 2000 })
  })
  const base = before === undefined ? OFF : 'before'
  const ratios = VARIANTS.filter(({ name }) => name !== base).map(({ name }) => {
    const { median, min, max } = cpuRatio(rounds, name, base)
    return `${name}: ${median.toFixed(3)} (${min.toFixed(3)}–${max.toFixed(3)})`
  })
  return tableOf(
    `Hit of 10 KB, ${subject.name}`,
    rounds,
    `CPU in relation to \`${base}\` in the same round: ${ratios.join('; ')}. Metrics are sent in all that are on; the collector ` +
      'answers at once.'
  )
}

/** All on one Redis. */
const entrantOf = (
  store: 'memory' | 'redis',
  { name, share, program }: Variant,
  collectorUrl: string
): Entrant => ({
  ...readsProfile({
    ...(store === 'memory' ? sidecarMemory : sidecarRedis),
    start: (options) =>
      startSidecar({
        ...options,
        store,
        ...(program !== undefined && { program }),
        settings: {
          ...options.settings,
          KEY_PREFIX: `${name.replaceAll(/\W+/g, '-')}:`,
          ...(share !== undefined && {
            OTEL_EXPORTER_OTLP_ENDPOINT: collectorUrl,
            OTEL_METRIC_EXPORT_INTERVAL: '5000',
            OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
            OTEL_TRACES_SAMPLER_ARG: share
          })
        }
      })
  }),
  name
})
