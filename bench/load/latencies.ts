import type { Sample } from './open-loop.js'
import { percentile } from './statistics.js'

export interface Latencies {
  readonly requests: number
  readonly failures: number
  readonly p50Ms: number
  readonly p90Ms: number
  readonly p99Ms: number
  readonly p999Ms: number
  readonly greatestMs: number
  /** Of all requests, 0 … 1. */
  readonly hitShare: number
}

/** An answer other than 2xx, or none, is a failure. */
export const latenciesOf = (samples: readonly Sample[]): Latencies => {
  const times = samples.map(({ latencyMs }) => latencyMs)
  return {
    requests: samples.length,
    failures: samples.filter(({ status }) => status < 200 || status > 299).length,
    p50Ms: percentile(times, 0.5),
    p90Ms: percentile(times, 0.9),
    p99Ms: percentile(times, 0.99),
    p999Ms: percentile(times, 0.999),
    greatestMs: percentile(times, 1),
    hitShare: samples.filter(({ isHit }) => isHit).length / samples.length
  }
}
