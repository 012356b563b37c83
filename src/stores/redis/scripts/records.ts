import { Type } from '@sinclair/typebox'
import { COMPARED_BYTES, COMPARED_RECORDS } from '../../../cache/invalidate/matcher.js'
import { script } from './script.js'

/**
 * KEYS log · ARGV after, up to. A page of the records after one id up to another: a quarter of what is compared at most,
 * so that neither Redis nor the event loop is busy with it for long.
 */
export const RECORDS = script({
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
