import type { Attributes, HrTime } from '@opentelemetry/api'
import { millisToHrTime } from '@opentelemetry/core'
import { emptyResource } from '@opentelemetry/resources'
import {
  AggregationTemporality,
  type CollectionResult,
  type DataPoint,
  DataPointType,
  type Histogram,
  type MetricData,
  type MetricProducer
} from '@opentelemetry/sdk-metrics'
import type { MetricObjectWithValues, MetricValue, Registry } from 'prom-client'

/**
 * The figures of `/metrics` as they are at an export, under the same names: counted once, for both. All are counted from
 * the start of the process on.
 */
export const createPrometheusProducer = (registry: Registry): MetricProducer => {
  const startTime = millisToHrTime(performance.timeOrigin)
  return {
    collect: async (): Promise<CollectionResult> => {
      const metrics = await registry.getMetricsAsJSON()
      const times = { startTime, endTime: millisToHrTime(Date.now()) }
      return {
        resourceMetrics: {
          resource: emptyResource(),
          scopeMetrics: [
            {
              scope: { name: 'spms-cache-sidecar' },
              metrics: metrics.flatMap((metric) => metricOf(metric, times) ?? [])
            }
          ]
        },
        errors: []
      }
    }
  }
}

interface Times {
  readonly startTime: HrTime
  readonly endTime: HrTime
}

type Metric = MetricObjectWithValues<MetricValue<string>>

const metricOf = ({ name, help, type, ...metric }: Metric, times: Times): MetricData | undefined => {
  // Prometheus writes NaN where there is no figure yet, as of a lag that has not been measured.
  const values = metric.values.filter(({ value }) => Number.isFinite(value))
  if (values.length === 0) return undefined
  const common = {
    descriptor: { name, description: help, unit: unitOf(name), valueType: 1 },
    aggregationTemporality: AggregationTemporality.CUMULATIVE
  }
  // Words, not the enumeration, which a type alone cannot name.
  if (String(type) === 'histogram')
    return { ...common, dataPointType: DataPointType.HISTOGRAM, dataPoints: histogramsOf(values, times) }
  const dataPoints = values.map(({ labels, value }) => ({
    ...times,
    attributes: attributesOf(labels),
    value
  }))
  return String(type) === 'counter'
    ? { ...common, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints }
    : { ...common, dataPointType: DataPointType.GAUGE, dataPoints }
}

/** UCUM, as OpenTelemetry has it. */
const unitOf = (name: string): string => {
  if (/_seconds(_total)?$/.test(name)) return 's'
  return /_bytes$/.test(name) ? 'By' : '1'
}

const attributesOf = (labels: MetricValue<string>['labels']): Attributes =>
  Object.fromEntries(
    Object.entries(labels).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))
  )

interface Series extends Histogram {
  readonly buckets: { boundaries: number[]; counts: number[] }
  sum: number
  count: number
}

const add = (series: Series, value: MetricValue<string>, le: Attributes[string]): void => {
  // Missing in the types of prom-client.
  const name = 'metricName' in value ? String(value.metricName) : ''
  if (name.endsWith('_sum')) series.sum = value.value
  else if (name.endsWith('_count')) series.count = value.value
  else {
    const below = series.buckets.counts.reduce((sum, count) => sum + count, 0)
    series.buckets.counts.push(value.value - below)
    if (le !== '+Inf') series.buckets.boundaries.push(Number(le))
  }
}

/** Prometheus counts in each bucket those of the smaller ones, too; OTLP does not. */
const histogramsOf = (values: Metric['values'], times: Times): DataPoint<Histogram>[] => {
  const points = new Map<string, { readonly attributes: Attributes; readonly series: Series }>()
  for (const value of values) {
    const { le, ...others } = attributesOf(value.labels)
    const key = JSON.stringify(others)
    const point = points.get(key) ?? {
      attributes: others,
      series: { buckets: { boundaries: [], counts: [] }, sum: 0, count: 0 }
    }
    points.set(key, point)
    add(point.series, value, le)
  }
  return [...points.values()].map(({ attributes, series }) => ({ ...times, attributes, value: series }))
}
