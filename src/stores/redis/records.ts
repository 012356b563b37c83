import { Type } from '@sinclair/typebox'
import { type LogRecord } from '../../cache/invalidation.js'
import { COMPARED_BYTES, COMPARED_RECORDS } from '../../cache/invalidate/matcher.js'
import { epochOf, type Position, recordIdOf } from '../../cache/position.js'
import { isSliceOver, nextSlice } from '../../concurrency/time-slices.js'
import type { Run } from './connection/connection.js'
import type { RedisKeys } from './scripts/redis-keys.js'
import { RECORDS } from './scripts/records.js'
import { parserOf, type RunScript } from './scripts/script.js'

export interface ReadRecordsOptions {
  readonly keys: RedisKeys
  readonly runScript: RunScript
  readonly run: Run
}

/** After the first position up to the second. */
export type Span = readonly [after: Position, upTo: Position]

/**
 * The records of a span; `undefined` when they are no longer known, or too many to be compared.
 * A list ends early with a record of everything: no other could add to it.
 */
export const readRecords = async (
  { keys, runScript, run }: ReadRecordsOptions,
  [after, upTo]: Span
): Promise<readonly LogRecord[] | undefined> => {
  if (epochOf(after) !== epochOf(upTo)) return undefined
  const records: LogRecord[] = []
  let bytes = 0
  for (let from = recordIdOf(after); ;) {
    const ids = [from, recordIdOf(upTo)]
    const [kind, page] = await run('records', () => runScript(RECORDS, [keys.log], ids))
    if (kind === 'gone') return undefined
    for (let at = 0; at < page.length; at += 2) {
      if (isSliceOver()) await nextSlice()
      const [id = '', json = ''] = page.slice(at, at + 2)
      bytes += json.length
      const record = { id, ...parseInvalidation(JSON.parse(json)) }
      records.push(record)
      if (record.all) return records
      if (records.length > COMPARED_RECORDS || bytes > COMPARED_BYTES) return undefined
      from = id
    }
    if (kind === 'end') return records
  }
}

/** What stands in the log. */
const parseInvalidation = parserOf(
  Type.Object({
    keys: Type.Array(Type.String()),
    tags: Type.Array(Type.String()),
    patterns: Type.Array(Type.String()),
    all: Type.Boolean()
  })
)
