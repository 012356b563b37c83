import { script } from './scripts.js'

/**
 * KEYS tags · ARGV prefix, slice, tags. Removes index members whose entry has expired. Scores come from the
 * server's clock, but an entry may outlive its score by the time that a script took: Redis is asked.
 * Returns the tags that are worth another call.
 */
export const SWEEP_TAGS = script(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local more = {}
for i = 3, #ARGV do
  local index, removed = ARGV[1] .. '@tag:' .. ARGV[i], 0
  for _, storeKey in ipairs(redis.call('ZRANGEBYSCORE', index, '-inf', now, 'LIMIT', 0, ARGV[2])) do
    if redis.call('EXISTS', ARGV[1] .. storeKey) == 0 then removed = removed + redis.call('ZREM', index, storeKey) end
  end
  if redis.call('EXISTS', index) == 0 then redis.call('SREM', KEYS[1], ARGV[i])
  elseif removed == tonumber(ARGV[2]) then more[#more + 1] = ARGV[i] end
end
return more
`)

/**
 * KEYS log · ARGV greatest age in ms. Forgets old records, at most 1,000 a call, never the last one: the
 * position names it. (XTRIM MINID needs Redis 6.2.)
 */
export const TRIM_LOG = script(`
local time = redis.call('TIME')
local cutoff = time[1] * 1000 + math.floor(time[2] / 1000) - ARGV[1]
local old = #redis.call('XRANGE', KEYS[1], '-', cutoff, 'COUNT', 1000)
local kept = redis.call('XLEN', KEYS[1]) - old
if old > 0 then redis.call('XTRIM', KEYS[1], 'MAXLEN', math.max(kept, 1)) end
return kept
`)
