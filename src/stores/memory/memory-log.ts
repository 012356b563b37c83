import { type Invalidation, type LogRecord } from '../../cache/invalidation.js'
import { asRecord, COMPARED_BYTES, COMPARED_RECORDS, recordBytes } from '../../cache/invalidate/matcher.js'
import { compareRecordIds, type Position, recordIdOf } from '../../cache/position.js'

export interface MemoryLog {
  lastId(): string
  /** Returns the record's id, later than all before it whatever the clock does. */
  append(invalidation: Invalidation): string
  /**
   * Oldest first; `undefined` when the log no longer reaches back to `after` or not yet so far, or the records
   * are too many to look at.
   */
  between(after: Position, upTo: Position): readonly LogRecord[] | undefined
}

/** What can be compared with; twice as many before the older half is forgotten. */
const KEPT_RECORDS = COMPARED_RECORDS

export const createMemoryLog = (now: () => number): MemoryLog => {
  const records: LogRecord[] = []
  let forgottenUpTo = '0-0'
  let lastMs = 0
  let sequence = 0
  const lastId = (): string => `${lastMs}-${sequence}`

  return {
    lastId,
    append: (invalidation) => {
      const ms = now()
      if (ms > lastMs) [lastMs, sequence] = [ms, 0]
      else sequence++
      records.push({ ...asRecord(invalidation), id: lastId() })
      if (records.length > 2 * KEPT_RECORDS) {
        forgottenUpTo = records.splice(0, KEPT_RECORDS).at(-1)?.id ?? forgottenUpTo
      }
      return lastId()
    },
    between: (after, upTo) => {
      const from = recordIdOf(after)
      if (compareRecordIds(from, forgottenUpTo) < 0) return undefined
      const end = recordIdOf(upTo)
      if (compareRecordIds(from, end) > 0) return undefined
      const found: LogRecord[] = []
      let bytes = 0
      for (let at = records.length - 1; at >= 0; at--) {
        const record = records[at]
        if (record === undefined || compareRecordIds(record.id, from) <= 0) break
        if (compareRecordIds(record.id, end) > 0) continue
        if (record.all) return [record]
        bytes += recordBytes(record)
        if (found.push(record) > COMPARED_RECORDS || bytes > COMPARED_BYTES) return undefined
      }
      return found.reverse()
    }
  }
}
