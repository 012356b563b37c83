import type { RequestListener } from 'node:http'
import type { Attributes, Tracer } from '@opentelemetry/api'
import { setGlobalErrorHandler, W3CTraceContextPropagator } from '@opentelemetry/core'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import type { Observer } from '../../cache/observer.js'
import type { Origin } from '../../cache/origin.js'
import type { Store } from '../../cache/store.js'
import { observeAll } from '../observe.js'
import { createOriginDurations, createRequestDurations, createStoreDurations } from './durations.js'
import { createExportWarnings } from './export-warnings.js'
import { type ExportOptions, MetricExport, TraceExport } from './exports.js'
import { createFollow } from './follow-requests.js'
import { FollowedRequests } from './followed-request.js'
import { createPrometheusProducer } from './prometheus-producer.js'
import { createSampler, type SamplerOptions } from './sampler.js'
import { createSpanObserver } from './span-observer.js'
import { serverOf, watchOrigin } from './watch-origin.js'
import { watchStore } from './watch-store.js'

export interface TelemetryOptions extends Omit<ExportOptions, 'ended'> {
  /** Where each signal goes; `undefined`: it is not sent. */
  readonly tracesUrl: string | undefined
  readonly metricsUrl: string | undefined
  /** Longest that a span waits to be sent. */
  readonly delayMs: number
  /** Between two exports of metrics. */
  readonly intervalMs: number
  /** Of the service. */
  readonly attributes: Attributes
  readonly sampler: SamplerOptions
  readonly originUrl: string
  /** What tells the store from others; `undefined` for the embedded one. */
  readonly store: Attributes | undefined
}

/** Where what it sends, and what goes wrong with it, comes from and goes to. */
export interface TelemetryParts {
  readonly log: Pick<Logger, 'warn' | 'info'>
  readonly registry: Registry
}

/**
 * Traces and metrics for a collector, made of what the doors, the cache, its store and its origin do anyway. Nobody waits
 * for the collector, whatever it does: what it does not take in time is lost.
 */
export interface Telemetry {
  readonly observer: Partial<Observer>
  /** Follows the requests of a door. */
  readonly follow: (listener: RequestListener) => RequestListener
  /** Names the request that is being answered, where no row of the resource table does. */
  readonly nameRoute: (route: string) => void
  watchStore<Watched extends Store>(store: Watched): Watched
  watchOrigin<Watched extends Origin>(origin: Watched): Watched
  /** Sends what is left, within a bounded time. Never rejects. */
  close(): Promise<void>
}

export interface OpenTelemetry {
  /** What a line of the log says of the request that it is about. */
  readonly logFields: () => object
  open(parts: TelemetryParts): Telemetry
}

export const createOpenTelemetry = (options: TelemetryOptions): OpenTelemetry => {
  const requests = new FollowedRequests()
  return {
    logFields: () => requests.logFields(),
    open: (parts) => open(options, parts, requests)
  }
}

/** For what is left when the process ends. */
const CLOSE_MS = 2000
/** The event loop is busy with writing so many spans for 0.6 ms, the median; with the SDK's own 512 for 2.3 ms. */
const BATCH_SPANS = 128
/** Kept for the collector, about 1 KB each; more are lost. */
const MOST_SPANS = 2048
const NAME = 'spms-cache-sidecar'
const NOTHING = Promise.resolve()

const open = (options: TelemetryOptions, parts: TelemetryParts, requests: FollowedRequests): Telemetry => {
  const { originUrl, store: storeAttributes, ...settings } = options
  const ended = createExportWarnings({ log: parts.log, leave: (work) => requests.leave(work) })
  // Of what no export has told: one of spans that the collector's answer keeps open, figures that cannot be read.
  const signal = options.tracesUrl === undefined ? 'metrics' : 'traces'
  setGlobalErrorHandler((error) => {
    if (error instanceof Error) ended(signal, error)
  })
  const tracing = createTracing({ ...settings, ended })
  const metering = createMetering({ ...settings, ended }, parts.registry)
  const meter = metering?.getMeter(NAME)
  const tracer = tracing?.getTracer(NAME)
  const server = serverOf(new URL(originUrl))
  const propagator = new W3CTraceContextPropagator()
  const durations = meter && createRequestDurations(meter)
  const shared = { requests, propagator, tracer }
  return {
    observer: observeAll([
      createSpanObserver(requests),
      ...(meter && storeAttributes ? [createStoreDurations(meter, storeAttributes)] : [])
    ]),
    follow: createFollow({ ...shared, durations }),
    nameRoute: (route) => {
      const { current } = requests
      if (current !== undefined) current.route = route
    },
    watchStore: (store) => watchedStore(store, { requests, tracer, attributes: storeAttributes }),
    watchOrigin: (origin) =>
      watchOrigin(origin, { ...shared, server, durations: meter && createOriginDurations(meter, server) }),
    close: async () => {
      const isOver = await within(CLOSE_MS, [tracing?.shutdown() ?? NOTHING, metering?.shutdown() ?? NOTHING])
      if (!isOver) ended(signal, new Error(`the collector has not taken what was left within ${CLOSE_MS} ms`))
    }
  }
}

interface WatchedStoreOptions {
  readonly requests: FollowedRequests
  readonly tracer: Tracer | undefined
  readonly attributes: Attributes | undefined
}

const watchedStore = <Watched extends Store>(
  store: Watched,
  { tracer, ...options }: WatchedStoreOptions
): Watched => (tracer === undefined ? store : watchStore(store, { ...options, tracer }))

type Settings = Omit<TelemetryOptions, 'originUrl' | 'store'> & Pick<ExportOptions, 'ended'>

const createTracing = (settings: Settings): TracerProvider | undefined => {
  const { tracesUrl, attributes, sampler, delayMs, timeoutMs } = settings
  if (tracesUrl === undefined) return undefined
  return new TracerProvider({
    resource: resourceFromAttributes(attributes),
    sampler: createSampler(sampler),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: new TraceExport(tracesUrl, settings),
        maxExportBatchSize: BATCH_SPANS,
        maxQueueSize: MOST_SPANS,
        scheduledDelayMillis: delayMs,
        // A collector may take the whole of its time and go on for ever: this is the end of it.
        exportTimeoutMillis: 2 * timeoutMs
      })
    ]
  })
}

const createMetering = (settings: Settings, registry: Registry): MeterProvider | undefined => {
  const { metricsUrl, attributes, intervalMs, timeoutMs } = settings
  if (metricsUrl === undefined) return undefined
  return new MeterProvider({
    resource: resourceFromAttributes(attributes),
    readers: [
      new PeriodicExportingMetricReader({
        exporter: new MetricExport(metricsUrl, settings),
        exportIntervalMillis: intervalMs,
        exportTimeoutMillis: Math.min(intervalMs, 2 * timeoutMs),
        metricProducers: [createPrometheusProducer(registry)]
      })
    ]
  })
}

/** Whether all have ended, in whatever way, before the time is over. */
const within = async (ms: number, ends: readonly Promise<unknown>[]): Promise<boolean> => {
  let timer: NodeJS.Timeout | undefined
  const over = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms)
  })
  const isOver = await Promise.race([Promise.allSettled(ends).then(() => true), over])
  clearTimeout(timer)
  return isOver
}
