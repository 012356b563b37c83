import { Type } from '@sinclair/typebox'
import { ETAG_MAX_LENGTH } from '../../../cache/entry.js'
import { EPOCH_LENGTH, ETAG_AT, ETAG_LENGTH_AT } from '../../entry-codec.js'
import { TAG_INDEX } from './redis-keys.js'
import { script } from './script.js'

/**
 * The fence. KEYS epoch tags · ARGV prefix, expected position or '', then per pending write: store key, lifetime in
 * ms, condition ('' | 'absent' | 'present' | 'etag:…'), bytes, tags in lines: one argument each would cost more.
 * Stores all of it, or nothing when the position is another one:
 *
 *     a fill                                   an invalidation
 *     reads a miss, and position 7 with it
 *     asks the origin: old answer
 *                                              the origin changes
 *                                              removes the entry: there is none
 *                                              appends record 8, position = 8; acknowledged
 *     COMMIT with position 7: it is 8 now, so
 *     nothing is stored, and the records after
 *     7 are looked at: does one reach the fill?
 *
 * An entry's place in Lua counts from 1. Redis does not undo a script that fails half-way: an entry comes after its
 * indexes, so that none is ever readable without them.
 */
export const COMMIT = script({
  reply: Type.Union([
    /** An outcome per pending write. */
    Type.Tuple([
      Type.Literal('committed'),
      Type.Array(Type.Union([Type.Literal('stored'), Type.Literal('unmet')]))
    ]),
    /** The position of now. */
    Type.Tuple([Type.Literal('moved'), Type.String()]),
    /** Another epoch has begun. */
    Type.Tuple([Type.Literal('refused')]),
    /** There is no epoch. */
    Type.Tuple([Type.Literal('lost')])
  ]),
  lua: `
local position = redis.call('GET', KEYS[1])
if not position then return {'lost'} end
local epoch, expected = string.sub(position, 1, ${EPOCH_LENGTH}), ARGV[2]
if expected ~= '' and expected ~= position then
  if string.sub(expected, 1, ${EPOCH_LENGTH}) ~= epoch then return {'refused'} end
  return {'moved', position}
end
local function is_met(key, condition, bytes)
  if condition == '' then return true end
  local head = redis.call('GETRANGE', key, 0, ${ETAG_AT + ETAG_MAX_LENGTH - 1})
  local exists = #head > ${ETAG_LENGTH_AT} and string.sub(head, 1, ${ETAG_LENGTH_AT}) == epoch .. string.sub(bytes, 1, 1)
  if condition == 'absent' then return not exists end
  if condition == 'present' then return exists end
  local etag_length = string.byte(head, ${ETAG_LENGTH_AT + 1})
  return exists and 'etag:' .. string.sub(head, ${ETAG_AT + 1}, ${ETAG_AT} + etag_length) == condition
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local outcomes, at = {}, 3
while at <= #ARGV do
  local store_key, lifetime, condition, bytes, tags = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3], ARGV[at + 4]
  local key = ARGV[1] .. store_key
  if is_met(key, condition, bytes) then
    local expiry = now + lifetime
    for tag in string.gmatch(tags, '[^\\n]+') do
      redis.call('ZADD', ARGV[1] .. '${TAG_INDEX}' .. tag, expiry, store_key)
      redis.call('SADD', KEYS[2], tag)
    end
    redis.call('SET', key, epoch .. bytes, 'PX', lifetime)
    outcomes[#outcomes + 1] = 'stored'
  else
    outcomes[#outcomes + 1] = 'unmet'
  end
  at = at + 5
end
return {'committed', outcomes}
`
})
