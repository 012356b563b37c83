import { Histogram, type Registry } from 'prom-client'

export interface DurationsOptions {
  readonly name: string
  readonly help: string
  readonly label: string
  readonly registry: Registry
  /** In seconds; those for requests unless others are given. */
  readonly buckets?: readonly number[]
}

/** Seconds. Finest where hits are, then around the targets for hits (10 ms) and misses (10–50 ms). */
const REQUESTS = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60, 300]

interface Series {
  /** Durations in each bucket alone; the last one is for what is beyond all. */
  readonly counts: number[]
  sumSeconds: number
}

/**
 * A Prometheus histogram of durations with one label, for what every hit observes: prom-client's own builds and
 * hashes the labels at each observation, which takes as long as a quarter of a hit.
 */
export class Durations extends Histogram {
  readonly #options: DurationsOptions
  readonly #buckets: readonly number[]
  readonly #series = new Map<string, Series>()

  constructor(options: DurationsOptions) {
    const { name, help, label, registry, buckets = REQUESTS } = options
    super({ name, help, labelNames: [label], buckets: [...buckets], registers: [registry] })
    this.#buckets = buckets
    this.#options = options
  }

  record(value: string, durationMs: number): void {
    const series = this.#series.get(value) ?? this.#newSeries(value)
    const seconds = durationMs / 1000
    const buckets = this.#buckets
    let at = 0
    while (at < buckets.length && seconds > (buckets[at] ?? 0)) at++
    series.counts[at] = (series.counts[at] ?? 0) + 1
    series.sumSeconds += seconds
  }

  #newSeries(value: string): Series {
    const series = { counts: this.#buckets.map(() => 0).concat(0), sumSeconds: 0 }
    this.#series.set(value, series)
    return series
  }

  /** What `get` of prom-client and its registry ask for; `get` also wants to know which labels the values share. */
  async getForPromString() {
    const { name, help } = this.#options
    const values = [...this.#series].flatMap(([value, series]) =>
      this.#valuesOf(value, series).map((part) => ({ ...part, sharedLabels: {} }))
    )
    return { name, help, type: 'histogram', aggregator: 'sum', values }
  }

  #valuesOf(value: string, { counts, sumSeconds }: Series) {
    const { name, label } = this.#options
    const labels = { [label]: value }
    let total = 0
    const buckets = counts.map((count, at) => ({
      metricName: `${name}_bucket`,
      labels: { le: this.#buckets[at] ?? '+Inf', ...labels },
      value: (total += count)
    }))
    return [
      ...buckets,
      { metricName: `${name}_sum`, labels, value: sumSeconds },
      { metricName: `${name}_count`, labels, value: total }
    ]
  }
}
