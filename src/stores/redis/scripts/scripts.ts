import { createHash } from 'node:crypto'

import { COMPARED_RECORDS } from '../../../cache/invalidate/invalidation.js'

/**
 * The server's side of the store. Scripts run on Redis 6.0 and on one slot of a cluster (the prefix holds
 * the hash tag), so they may build the names of entries and tag indexes from the prefix.
 *
 * Redis at its memory limit refuses a script whose first write needs memory, and allows everything after a
 * write that needs none. So a script that must succeed on a full server begins with an UNLINK.
 */
export interface Script {
  readonly lua: string
  readonly sha: string
}

export const script = (lua: string): Script => ({ lua, sha: createHash('sha1').update(lua).digest('hex') })

/** What can be compared with, and the one before; Redis may keep a hundred more. */
const RECORDS_KEPT = COMPARED_RECORDS + 1
const EVERYTHING = '{"keys":[],"tags":[],"patterns":[],"all":true}'

/**
 * What OPEN and INVALIDATE share. KEYS epoch log server tags · ARGV prefix, fresh epoch. `begin` starts a new
 * epoch, whatever lay under its names before; it needs no memory to begin with. `server` remembers which
 * server it was, and since when it is master: one that was a replica meanwhile has the data of another, which may lack
 * what this one has acknowledged. And how many evictions and commands were seen: CONFIG RESETSTAT forgets evictions, but then there
 * are fewer commands than were seen.
 */
const EPOCHS = `
local function text(key)
  local value = redis.pcall('GET', key)
  return type(value) == 'string' and value
end
local function position()
  local found = text(KEYS[1])
  if not found or #string.match(found, '^[^:]*') ~= 16 or not string.match(found, ':%d+-%d+$') then return nil end
  return redis.call('TYPE', KEYS[2]).ok == 'stream' and found
end
local function append(epoch, record)
  local id = redis.call('XADD', KEYS[2], 'MAXLEN', '~', ${RECORDS_KEPT}, '*', 'r', record)
  redis.call('SET', KEYS[1], epoch .. ':' .. id)
  return id
end
local function field(info, name) return string.match(info, name .. ':([^\\r\\n]*)') end
local function server(info) return field(info, 'run_id') .. ',' .. field(info, 'master_replid') end
local function begin()
  local info = redis.call('INFO')
  redis.call('UNLINK', KEYS[1], KEYS[2], KEYS[3])
  local id = append(ARGV[2], '${EVERYTHING}')
  redis.call('SET', KEYS[3], server(info) .. ' ' .. field(info, 'maxmemory_policy') .. ' '
    .. field(info, 'evicted_keys') .. ' ' .. field(info, 'total_commands_processed'))
  return id
end
`

/**
 * KEYS epoch log server tags · ARGV prefix, fresh epoch, reason or '' for "only if needed".
 * Returns {'replica'} | {'kept', position} | {'begun', position, reason}.
 */
export const OPEN = script(`${EPOCHS}
if string.match(redis.call('INFO', 'replication'), 'role:(%a+)') ~= 'master' then return {'replica'} end
-- A server that takes no writes, as one without enough replicas, takes no invalidations: it is not read.
redis.call('UNLINK', ARGV[1] .. '@void')
local tags = redis.call('TYPE', KEYS[4]).ok
if tags ~= 'set' and tags ~= 'none' then redis.call('UNLINK', KEYS[4]) end
local found, known, reason = position(), text(KEYS[3]), ARGV[3]
if reason == '' then
  local now = server(redis.call('INFO', 'server') .. redis.call('INFO', 'replication'))
  if not found then reason = 'no-epoch'
  elseif not known or string.match(known, '^%S+') ~= now then reason = 'another-server'
  else return {'kept', found} end
end
return {'begun', ARGV[2] .. ':' .. begin(), reason}
`)

/**
 * The fence. KEYS epoch tags · ARGV prefix, expected position or '', then per draft: store key, lifetime in
 * ms, condition ('' | 'absent' | 'present' | 'etag:…'), bytes, tags in lines: one argument each would cost more.
 * Returns {'committed', outcome per draft} | {'moved', position} | {'refused'} | {'lost'}.
 *
 * Redis does not undo a script that fails half-way: an entry comes after its indexes, so that none is ever
 * readable without them.
 */
export const COMMIT = script(`
local position = redis.call('GET', KEYS[1])
if not position then return {'lost'} end
local epoch, expected = string.sub(position, 1, 16), ARGV[2]
if expected ~= '' and expected ~= position then
  if string.sub(expected, 1, 16) ~= epoch then return {'refused'} end
  return {'moved', position}
end
local function is_met(key, condition, bytes)
  if condition == '' then return true end
  local head = redis.call('GETRANGE', key, 0, 272)
  local exists = #head > 17 and string.sub(head, 1, 17) == epoch .. string.sub(bytes, 1, 1)
  if condition == 'absent' then return not exists end
  if condition == 'present' then return exists end
  return exists and 'etag:' .. string.sub(head, 19, 18 + string.byte(head, 18)) == condition
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local result, at = {'committed'}, 3
while at <= #ARGV do
  local storeKey, lifetime, condition, bytes, tags = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3], ARGV[at + 4]
  local key = ARGV[1] .. storeKey
  if is_met(key, condition, bytes) then
    local expiry = now + lifetime
    for tag in string.gmatch(tags, '[^\\n]+') do
      redis.call('ZADD', ARGV[1] .. '@tag:' .. tag, expiry, storeKey)
      redis.call('SADD', KEYS[2], tag)
    end
    redis.call('SET', key, epoch .. bytes, 'PX', lifetime)
    result[#result + 1] = 'stored'
  else
    result[#result + 1] = 'unmet'
  end
  at = at + 5
end
return result
`)

/**
 * KEYS epoch log server tags · ARGV prefix, fresh epoch, record or '' to remove only, slice, number of
 * keys, keys, tags. Removes at most a slice of tagged entries a call, so that Redis is never blocked for
 * long; only the call that finds nothing left appends the record, in the same step.
 * Returns {'more', removed} | {'removed', removed} | {'done', removed, id, reason of a new epoch or ''}.
 *
 * Under allkeys-* a tag index may have been evicted before its entries: when evictions were seen since the
 * epoch began, a new epoch is what removes them for certain, whether or not there is a record to append. So
 * it is for an index that is none.
 */
export const INVALIDATE = script(`${EPOCHS}
local prefix, left, removed, reason = ARGV[1], tonumber(ARGV[4]), 0, ''
local function unlink(names)
  for i = 1, #names, 500 do
    removed = removed + redis.call('UNLINK', unpack(names, i, math.min(i + 499, #names)))
  end
end
local storeKeys = { prefix .. '@void' }
for i = 6, 5 + tonumber(ARGV[5]) do
  storeKeys[#storeKeys + 1] = prefix .. ARGV[i]
  storeKeys[#storeKeys + 1] = prefix .. '@value:' .. ARGV[i]
end
unlink(storeKeys)
for i = 6, #ARGV do
  local index = prefix .. '@tag:' .. ARGV[i]
  local members = redis.pcall('ZRANGE', index, 0, left - 1)
  if members.err then
    redis.call('UNLINK', index)
    reason = 'damaged-index'
  elseif #members > 0 then
    for i, storeKey in ipairs(members) do members[i] = prefix .. storeKey end
    unlink(members)
    redis.call('ZREMRANGEBYRANK', index, 0, #members - 1)
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
if reason ~= '' then return {'done', removed, begin(), reason} end
if ARGV[3] == '' then return {'removed', removed} end
return {'done', removed, append(string.sub(found, 1, 16), ARGV[3]), ''}
`)
