import type { Logger } from 'pino'
import type { Signal } from './exports.js'

interface ExportWarningsOptions {
  readonly log: Pick<Logger, 'warn' | 'info'>
  /** Runs it as nobody's: whose call an export is begun in is chance. */
  readonly leave: (work: () => void) => void
}

/**
 * Told of the end of each export, it warns once when the collector takes nothing more, and says when it takes both signals
 * again. What cannot be exported is lost: it is not kept.
 */
export const createExportWarnings = ({ log, leave }: ExportWarningsOptions) => {
  const failing = new Set<Signal>()
  let lost = 0

  const failed = (signal: Signal, error: Error): void => {
    const isNews = failing.size === 0
    failing.add(signal)
    lost++
    if (!isNews) return
    const status = 'code' in error && typeof error.code === 'number' ? error.code : undefined
    log.warn({ err: error, signal, status, hint: HINT }, 'The collector takes no telemetry')
  }

  const succeeded = (signal: Signal): void => {
    if (!failing.delete(signal) || failing.size > 0) return
    log.info({ lostExports: lost }, 'The collector takes telemetry again')
    lost = 0
  }

  return (signal: Signal, error?: Error): void =>
    leave(() => (error === undefined ? succeeded(signal) : failed(signal, error)))
}

const HINT =
  'Requests do not wait for it; traces and metrics are lost meanwhile. Check the collector, OTEL_EXPORTER_OTLP_ENDPOINT and OTEL_EXPORTER_OTLP_HEADERS.'
