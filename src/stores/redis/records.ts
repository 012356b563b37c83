import { Type } from '@sinclair/typebox'
import { type LogRecord } from '../../cache/invalidation.js'
import { COMPARED_BYTES, COMPARED_RECORDS } from '../../cache/invalidate/matcher.js'
import { epochOf, type Position, recordIdOf } from '../../cache/position.js'
import { isSliceOver, nextSlice } from '../../concurrency/time-slices.js'
import type { RedisAccess } from './redis-access.js'
import { parserOf, script } from './scripts/script.js'

/**
 * The records after one position up to another; `undefined` when they are no longer known, or too many to be compared. A
 * list ends early with a record of everything: no other could add to it.
 */
export const readRecords = async (
  { keys, runScript, run }: RedisAccess,
  [after, upTo]: readonly [Position, Position]
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

const Names = Type.Array(Type.String())
/** What stands in the log. */
const parseInvalidation = parserOf(
  Type.Object({ keys: Names, tags: Names, patterns: Names, all: Type.Boolean() })
)

/**
 * KEYS log · ARGV after, up to. A page of the records after one id up to another: a quarter of what is compared at most,
 * so that neither Redis nor the event loop is busy with it for long.
 */
const RECORDS = script({
  reply: Type.Union([
    /** Ids and records in turn. */
    Type.Tuple([Type.Union([Type.Literal('more'), Type.Literal('end')]), Type.Array(Type.String())]),
    /** The first id is no longer known. */
    Type.Tuple([Type.Literal('gone')])
  ]),
  lua: `
local page, bytes, from = {}, 0, ARGV[1]
repeat
  local range = redis.call('XRANGE', KEYS[1], from, ARGV[2], 'COUNT', 17)
  if not range[1] or range[1][1] ~= from then return {'gone'} end
  for i = 2, #range do
    local record = range[i][2][2]
    bytes = bytes + #record
    page[#page + 1] = range[i][1]
    page[#page + 1] = record
  end
  from = range[#range][1]
  if #range < 17 then return {'end', page} end
until bytes >= ${COMPARED_BYTES / 4} or #page >= ${COMPARED_RECORDS / 2}
return {'more', page}
`
})
