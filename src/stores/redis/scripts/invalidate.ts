import { Type } from '@sinclair/typebox'
import { ENTRIES } from './entries.js'
import { EPOCHS } from './epoch.js'
import { KEPT, KEPT_SCORE } from './kept.js'
import { TAG_INDEX } from './redis-keys.js'
import { script } from './script.js'

/**
 * KEYS `epochKeys`, those of the named entries, then the tag indexes · ARGV as in `EPOCHS`, record or '' for none, slice,
 * prefix, number of named entries, 'spare' to leave what is kept in the indexes. Removes at most a slice of tagged entries a call, so that Redis is never blocked for
 * long; only the call that finds nothing left appends the record, in the same step. The keys of tagged entries are built
 * from the prefix: nobody can know them before.
 */
export const INVALIDATE = script({
  reply: Type.Union([
    /** Removed by this call; call again. */
    Type.Tuple([Type.Literal('more'), Type.Integer()]),
    /** The same at the end, the position, and what the server was when the epoch began. */
    Type.Tuple([Type.Literal('done'), Type.Integer(), Type.String(), Type.String()]),
    /** The same, but an index was none: what it named is not known. No record was appended. */
    Type.Tuple([Type.Literal('damaged'), Type.Integer(), Type.String()]),
    /** The same: there is no epoch, or the server has lost records. */
    Type.Tuple([Type.Literal('unsettled'), Type.Integer()])
  ]),
  lua: `${EPOCHS}${ENTRIES}${KEPT}
local record, left, prefix, removed, is_damaged = ARGV[4], tonumber(ARGV[5]), ARGV[6], 0, false
local first_index, spares = 7 + tonumber(ARGV[7]), ARGV[8] == 'spare'
redis.call('UNLINK', KEYS[6])
local function members_of(index_key)
  if not spares then return redis.pcall('ZRANGE', index_key, 0, left - 1) end
  return redis.pcall('ZRANGEBYSCORE', index_key, '-inf', '(${KEPT_SCORE}', 'LIMIT', 0, left)
end
local named = {}
for i = 7, first_index - 1 do named[#named + 1] = KEYS[i] end
removed = unlink_entries(named)
for i = first_index, #KEYS do
  local index_key = KEYS[i]
  local members = members_of(index_key)
  if members.err then
    redis.call('UNLINK', index_key)
    is_damaged = true
  elseif #members > 0 then
    local tagged = {}
    for _, store_key in ipairs(members) do
      -- One that a release has stored which keeps nothing: it is put behind the others.
      if spares and is_kept(store_key) then redis.call('ZADD', index_key, 'INCR', ${KEPT_SCORE}, store_key)
      else tagged[#tagged + 1] = prefix .. store_key end
    end
    removed = removed + unlink_entries(tagged)
    if #tagged > 0 then redis.call('ZREMRANGEBYRANK', index_key, 0, #tagged - 1) end
    left = left - #members
    if left == 0 then return {'more', removed} end
    if redis.call('EXISTS', index_key) == 0 then
      redis.call('SREM', KEYS[4], string.sub(index_key, #prefix + ${TAG_INDEX.length + 1}))
    end
  end
end
local found, known = position(), text(KEYS[3])
if not found or not known or standing(found, remembered) == 'lost' then return {'unsettled', removed} end
if is_damaged then return {'damaged', removed, found} end
if record ~= '' then found = append(epoch_of(found), '*', record) end
return {'done', removed, found, known}
`
})
