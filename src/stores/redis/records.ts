import { COMPARED_BYTES, COMPARED_RECORDS, type LogRecord } from '../../cache/invalidate/invalidation.js'
import { epochOf, type Position, recordIdOf } from '../../cache/position.js'
import { isSliceOver, nextSlice } from '../../concurrency/time-slices.js'
import type { Run } from './connection/connection.js'
import type { RedisKeys } from './redis-keys.js'
import { parseInvalidation, parseTexts } from './scripts/replies.js'
import type { ScriptRunner } from './scripts/script-runner.js'
import { script } from './scripts/scripts.js'

/**
 * KEYS log · ARGV after, up to. A page of the records after one id up to another: a quarter of what is compared at most,
 * so that neither Redis nor the event loop is busy with it for long.
 * Returns {'more' | 'end', id, record, id, record, …} | {'gone'} when the first id is no longer known.
 */
const RECORDS = script(`
local page, bytes, from = {'end'}, 0, ARGV[1]
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
  if #range < 17 then return page end
until bytes >= ${COMPARED_BYTES / 4} or #page >= ${COMPARED_RECORDS / 2}
page[1] = 'more'
return page
`)

export type ReadRecords = (after: Position, upTo: Position) => Promise<readonly LogRecord[] | undefined>

export interface ReadRecordsOptions {
  readonly names: RedisKeys
  readonly scripts: ScriptRunner
  readonly run: Run
}

/**
 * The records after one position up to another; `undefined` when they are no longer known, or too many to be compared.
 * A list ends early with a record of everything: no other could add to it.
 */
export const createReadRecords = ({ names, scripts, run }: ReadRecordsOptions): ReadRecords => {
  const readPage = (from: string, to: string) =>
    run('records', async () => parseTexts(await scripts.run(RECORDS, [names.log], [from, to])))

  return async (after, upTo) => {
    if (epochOf(after) !== epochOf(upTo)) return undefined
    const records: LogRecord[] = []
    let bytes = 0
    for (let from = recordIdOf(after); ;) {
      const [kind, ...page] = await readPage(from, recordIdOf(upTo))
      if (kind === 'gone') return undefined
      for (let at = 0; at < page.length; at += 2) {
        if (isSliceOver()) await nextSlice()
        const [id = '', json = ''] = page.slice(at, at + 2)
        bytes += json.length
        const record = { id, ...parseInvalidation(json) }
        records.push(record)
        if (record.all) return records
        if (records.length > COMPARED_RECORDS || bytes > COMPARED_BYTES) return undefined
        from = id
      }
      if (kind === 'end') return records
    }
  }
}
