import { type Static, Type } from '@sinclair/typebox'
import { ANSWERED_BY } from '../cache/answered-by.js'
import type { Answered, Outcome, UnstoredReason } from '../cache/observer.js'
import type { BypassReason } from '../http/cache-status.js'
import { Counts } from './counts.js'
import { PackedSketch, Sketch } from './sketch.js'
import type { Summable } from './sliding-windows.js'

/** What one row of the table did in a stretch of time. Durations are in milliseconds, ages in seconds. */
export class ResourceFigures implements Summable<ResourceFigures> {
  readonly outcomes = new Counts<Outcome>()
  readonly bypasses = new Counts<BypassReason>()
  readonly unstored = new Counts<UnstoredReason>()
  /** Of bodies that were sent from the store. */
  cachedBytes = 0
  /** Of answers from the store. */
  readonly ages = new Sketch()
  readonly freshness = new Sketch()
  readonly cachedMs = new Sketch()
  /** Of answers for which the origin was asked because there was no entry. */
  readonly uncachedMs = new Sketch()
  /** Of each answer of the origin, those to refreshes too. */
  readonly originMs = new Sketch()
  originFailures = 0

  answered({ outcome, durationMs, ageSeconds, freshSeconds, bytes = 0 }: Answered): void {
    this.outcomes.add(outcome)
    const kind = ANSWERED_BY[outcome]
    if (kind === 'cached') {
      this.cachedMs.record(durationMs)
      this.cachedBytes += bytes
      if (ageSeconds !== undefined) this.ages.record(ageSeconds)
      if (freshSeconds !== undefined) this.freshness.record(Math.max(0, freshSeconds))
    } else if (kind === 'uncached') {
      this.uncachedMs.record(durationMs)
    }
  }

  add(other: ResourceFigures): void {
    this.outcomes.merge(other.outcomes)
    this.bypasses.merge(other.bypasses)
    this.unstored.merge(other.unstored)
    this.cachedBytes += other.cachedBytes
    this.originFailures += other.originFailures
    for (const [at, sketch] of this.#sketches.entries()) {
      const added = other.#sketches[at]
      if (added !== undefined) sketch.add(added)
    }
  }

  pack(): PackedResourceFigures {
    return {
      outcomes: this.outcomes.toObject(),
      bypasses: this.bypasses.toObject(),
      unstored: this.unstored.toObject(),
      cachedBytes: this.cachedBytes,
      originFailures: this.originFailures,
      sketches: this.#sketches.map((sketch) => sketch.pack())
    }
  }

  static unpack(packed: PackedResourceFigures): ResourceFigures {
    const figures = new ResourceFigures()
    figures.outcomes.addAll(packed.outcomes)
    figures.bypasses.addAll(packed.bypasses)
    figures.unstored.addAll(packed.unstored)
    figures.cachedBytes = packed.cachedBytes
    figures.originFailures = packed.originFailures
    for (const [at, sketch] of figures.#sketches.entries()) {
      const other = packed.sketches[at]
      if (other !== undefined) sketch.add(Sketch.unpack(other))
    }
    return figures
  }

  get #sketches(): readonly Sketch[] {
    return [this.ages, this.freshness, this.cachedMs, this.uncachedMs, this.originMs]
  }
}

const PackedCounts = Type.Record(Type.String(), Type.Number())

/** As it is sent to another process. */
export const PackedResourceFigures = Type.Object({
  outcomes: PackedCounts,
  bypasses: PackedCounts,
  unstored: PackedCounts,
  cachedBytes: Type.Number(),
  originFailures: Type.Number(),
  sketches: Type.Array(PackedSketch)
})
export type PackedResourceFigures = Static<typeof PackedResourceFigures>
