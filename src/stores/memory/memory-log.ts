import { type Invalidation, type LogRecord } from '../../cache/invalidation.js'
import { asRecord, COMPARED_BYTES, COMPARED_RECORDS, recordBytes } from '../../cache/invalidate/matcher.js'
import { compareRecordIds, epochOf, type Position, recordIdOf } from '../../cache/position.js'

export interface MemoryLogOptions {
  readonly now: () => number
  readonly randomEpoch: () => string
}

/**
 * The records of invalidations, and the position that names the last of them. It keeps as many as can be compared with,
 * and forgets the older half of twice as many.
 */
export class MemoryLog {
  position: Position
  readonly #options: MemoryLogOptions
  readonly #records: LogRecord[] = []
  #forgottenUpTo = '0-0'
  #lastMs = 0
  #sequence = 0

  constructor(options: MemoryLogOptions) {
    this.#options = options
    this.position = `${options.randomEpoch()}:${this.#forgottenUpTo}`
  }

  /**
   * Moves the position to the record, whose id is later than all before it whatever the clock does. An invalidation of
   * everything begins a new epoch.
   */
  append(invalidation: Invalidation): Position {
    const ms = this.#options.now()
    if (ms > this.#lastMs) [this.#lastMs, this.#sequence] = [ms, 0]
    else this.#sequence++
    const id = `${this.#lastMs}-${this.#sequence}`
    this.#records.push({ ...asRecord(invalidation), id })
    if (this.#records.length > 2 * COMPARED_RECORDS) {
      this.#forgottenUpTo = this.#records.splice(0, COMPARED_RECORDS).at(-1)?.id ?? this.#forgottenUpTo
    }
    this.position = `${invalidation.all ? this.#options.randomEpoch() : epochOf(this.position)}:${id}`
    return this.position
  }

  /**
   * Oldest first; `undefined` when the log no longer reaches back to `after` or not yet so far, when either is of another
   * epoch, or when the records are too many to look at.
   */
  between(after: Position, upTo: Position): readonly LogRecord[] | undefined {
    const epoch = epochOf(this.position)
    if (epochOf(after) !== epoch || epochOf(upTo) !== epoch) return undefined
    const [from, end] = [recordIdOf(after), recordIdOf(upTo)]
    if (compareRecordIds(from, this.#forgottenUpTo) < 0 || compareRecordIds(from, end) > 0) return undefined
    const found: LogRecord[] = []
    let bytes = 0
    for (let at = this.#records.length - 1; at >= 0; at--) {
      const record = this.#records[at]
      if (record === undefined || compareRecordIds(record.id, from) <= 0) break
      if (compareRecordIds(record.id, end) > 0) continue
      if (record.all) return [record]
      bytes += recordBytes(record)
      if (found.push(record) > COMPARED_RECORDS || bytes > COMPARED_BYTES) return undefined
    }
    return found.reverse()
  }
}
