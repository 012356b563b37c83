import { type ExportResult, ExportResultCode } from '@opentelemetry/core'
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { createExportAgents } from './export-agents.js'

export interface ExportOptions {
  readonly headers: Readonly<Record<string, string>>
  /** With all repetitions. */
  readonly timeoutMs: number
  /** Certificate of the collector's authority in PEM, in place of the usual ones. */
  readonly ca: string | undefined
  /** Told of the end of each export: without an error when the collector has taken it. */
  readonly ended: (signal: Signal, error?: Error) => void
}

export type Signal = 'traces' | 'metrics'

/** So many exports of a signal are under way at once. The others fail at once: a collector that hangs does not fill the memory. */
const MOST_AT_ONCE = 2

const configOf = (url: string, { headers, timeoutMs, ca }: ExportOptions) => ({
  url,
  headers: { ...headers },
  timeoutMillis: timeoutMs,
  concurrencyLimit: MOST_AT_ONCE,
  httpAgentOptions: createExportAgents({ ca, timeoutMs })
})

type Done = (result: ExportResult) => void

/** The SDK would report a failure once more, to its handler of errors, which does not know of which signal it is. */
const TOLD: ExportResult = { code: ExportResultCode.SUCCESS }

const telling = (signal: Signal, { ended }: ExportOptions, done: Done): Done => {
  return (result) => {
    const failed = result.code !== ExportResultCode.SUCCESS
    if (failed) ended(signal, result.error ?? new Error('the export failed'))
    else ended(signal)
    done(TOLD)
  }
}

export class TraceExport extends OTLPTraceExporter {
  readonly #options: ExportOptions

  constructor(url: string, options: ExportOptions) {
    super(configOf(url, options))
    this.#options = options
  }

  override export(...[spans, done]: Parameters<OTLPTraceExporter['export']>): void {
    super.export(spans, telling('traces', this.#options, done))
  }
}

export class MetricExport extends OTLPMetricExporter {
  readonly #options: ExportOptions

  constructor(url: string, options: ExportOptions) {
    super(configOf(url, options))
    this.#options = options
  }

  override export(...[metrics, done]: Parameters<OTLPMetricExporter['export']>): void {
    super.export(metrics, telling('metrics', this.#options, done))
  }
}
