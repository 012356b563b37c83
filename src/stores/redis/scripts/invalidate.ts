import { Type } from '@sinclair/typebox'
import { valueKey } from '../../../cache/tags.js'
import { EPOCH_LENGTH } from '../../entry-codec.js'
import { TAG_INDEX } from './redis-keys.js'
import { EpochReasonSchema, EPOCHS } from './epoch.js'
import { script } from './script.js'

/**
 * KEYS epoch log server tags · ARGV prefix, fresh epoch, record or '' for none, slice, number of keys, keys, tags. A key
 * here is one that an invalidation names. Removes at most a slice of tagged entries a call, so that Redis is never
 * blocked for long; only the call that finds nothing left appends the record, in the same step.
 *
 * Under allkeys-* a tag index may have been evicted before its entries: when evictions were seen since the
 * epoch began, a new epoch is what removes them for certain, whether or not there is a record to append. So
 * it is for an index that is none.
 */
export const INVALIDATE = script({
  reply: Type.Union([
    /** Removed by this call; call again. */
    Type.Tuple([Type.Literal('more'), Type.Integer()]),
    /** The same, at the end, when there was no record to append. */
    Type.Tuple([Type.Literal('removed'), Type.Integer()]),
    /** The same, the id of the record, and why a new epoch began, or ''. */
    Type.Tuple([
      Type.Literal('done'),
      Type.Integer(),
      Type.String(),
      Type.Union([Type.Literal(''), EpochReasonSchema])
    ])
  ]),
  lua: `${EPOCHS}
local prefix, left, removed, reason = ARGV[1], tonumber(ARGV[4]), 0, ''
local function unlink(keys)
  for i = 1, #keys, 500 do
    removed = removed + redis.call('UNLINK', unpack(keys, i, math.min(i + 499, #keys)))
  end
end
local keys = { prefix .. '@void' }
for i = 6, 5 + tonumber(ARGV[5]) do
  keys[#keys + 1] = prefix .. ARGV[i]
  keys[#keys + 1] = prefix .. '${valueKey('')}' .. ARGV[i]
end
unlink(keys)
for i = 6, #ARGV do
  local index_key = prefix .. '${TAG_INDEX}' .. ARGV[i]
  local members = redis.pcall('ZRANGE', index_key, 0, left - 1)
  if members.err then
    redis.call('UNLINK', index_key)
    reason = 'damaged-index'
  elseif #members > 0 then
    for n, store_key in ipairs(members) do members[n] = prefix .. store_key end
    unlink(members)
    redis.call('ZREMRANGEBYRANK', index_key, 0, #members - 1)
    left = left - #members
    if left == 0 then return {'more', removed} end
    redis.call('SREM', KEYS[4], ARGV[i])
  end
end
local found, known = position(), text(KEYS[3])
if not found or not known then
  reason = 'no-epoch'
else
  local id, policy, evicted, seen = string.match(known, '^(%S+) (%S+) (%S+) (%d+)$')
  local stats = redis.call('INFO', 'stats')
  local commands = string.match(stats, 'total_commands_processed:(%d+)')
  local policy_now = string.match(redis.call('INFO', 'memory'), 'maxmemory_policy:([%w-]+)')
  if string.find((policy or 'allkeys') .. policy_now, 'allkeys', 1, true) then
    if string.match(stats, 'evicted_keys:(%d+)') ~= evicted or tonumber(commands) < tonumber(seen) then
      reason = 'evictions'
    else
      redis.call('SET', KEYS[3], id .. ' ' .. policy .. ' ' .. evicted .. ' ' .. commands)
    end
  end
end
if reason ~= '' then return {'done', removed, begin_epoch(), reason} end
if ARGV[3] == '' then return {'removed', removed} end
return {'done', removed, append(string.sub(found, 1, ${EPOCH_LENGTH}), ARGV[3]), ''}
`
})
