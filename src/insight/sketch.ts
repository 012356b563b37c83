import { type Static, Type } from '@sinclair/typebox'
import { DDSketch } from '@datadog/sketches-js'

/** Of each percentile, relatively. */
const ACCURACY = 0.03
/** A greater value counts as this one, so that there are no more bins. */
const GREATEST = 1e9
const MOST_BINS = 600

/**
 * The library's ranges go wrong where a value of 1 ends one of them: nothing here is counted in a unit of which there may
 * be only one.
 */
const UNITS = 1e6

/** As it is sent to another process. */
export const PackedSketch = Type.Object({
  count: Type.Number(),
  sum: Type.Number(),
  max: Type.Number(),
  zeros: Type.Number(),
  // A sum with keys far apart would have all those between.
  first: Type.Integer({ minimum: -MOST_BINS, maximum: MOST_BINS, description: 'Key of the first bin' }),
  bins: Type.Array(Type.Number({ minimum: 0 }), {
    maxItems: MOST_BINS,
    description: 'How many values each has'
  })
})
export type PackedSketch = Static<typeof PackedSketch>

/** Percentiles of values that are 0 or more, such as milliseconds, within 3 %; the memory is bounded (DDSketch). */
export class Sketch {
  readonly #sketch = new DDSketch({ relativeAccuracy: ACCURACY })

  get count(): number {
    return this.#sketch.count
  }

  /** `undefined` without a value. */
  get mean(): number | undefined {
    const { count, sum } = this.#sketch
    return count === 0 ? undefined : sum / count / UNITS
  }

  get sum(): number {
    return this.#sketch.sum / UNITS
  }

  record(value: number): void {
    this.#sketch.accept(Math.min(value, GREATEST) * UNITS)
  }

  add(other: Sketch): void {
    this.#sketch.merge(other.#sketch)
  }

  /** Of `0.5` the median; `undefined` without a value. */
  quantile(share: number): number | undefined {
    const { count, max } = this.#sketch
    return count === 0 ? undefined : Math.min(max, this.#sketch.getValueAtQuantile(share)) / UNITS
  }

  pack(): PackedSketch {
    const { count, sum, max, zeroCount: zeros, store } = this.#sketch
    const isEmpty = store.count === 0
    const first = isEmpty ? 0 : store.minKey
    const bins = isEmpty ? [] : store.bins.slice(first - store.offset, store.maxKey - store.offset + 1)
    return { count, sum, max: Math.max(max, 0), zeros, first, bins }
  }

  static unpack({ count, sum, max, zeros, first, bins }: PackedSketch): Sketch {
    const unpacked = new Sketch()
    const sketch = unpacked.#sketch
    for (const [at, weight] of bins.entries()) if (weight > 0) sketch.store.add(first + at, weight)
    Object.assign(sketch, { count, sum, max, min: 0, zeroCount: zeros })
    return unpacked
  }
}
