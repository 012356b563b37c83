import { Type } from '@sinclair/typebox'
import { COMPARED_RECORDS } from '../../cache/invalidate/matcher.js'
import type { RedisAccess } from './redis-access.js'
import { ENTRIES } from './scripts/entries.js'
import { KEPT_SCORE } from './scripts/kept.js'
import { TAG_INDEX } from './scripts/redis-keys.js'
import { script } from './scripts/script.js'

const TAGS_PER_CALL = 100
const MEMBERS_PER_TAG = 100
/** Far longer than a request to the origin may take: no commit comes with a position that was left so long ago. */
const RECORD_AGE_MS = 3_600_000

/** Removes what carries no expiry of its own once it is of no more use: index members and old records. */
export const sweep = async ({ client, keys, runScript, run }: RedisAccess): Promise<void> => {
  let cursor = '0'
  do {
    const [next, tags] = await run('sweep', () => client.sscan(keys.tags, cursor, 'COUNT', TAGS_PER_CALL))
    cursor = next
    for (let left = tags; left.length > 0;) {
      const indexes = left.map((tag) => keys.prefix + TAG_INDEX + tag)
      const args = [keys.prefix, MEMBERS_PER_TAG, ...left]
      left = await run('sweep', () => runScript(SWEEP_TAGS, [keys.tags, ...indexes], args))
    }
  } while (cursor !== '0')
  await run('sweep', () => runScript(TRIM_LOG, [keys.log], [RECORD_AGE_MS]))
}

/**
 * KEYS tags, an index of each tag · ARGV prefix, slice, tags. Removes index members whose entry has expired, kept or not. Scores come from the
 * server's clock, but an entry may outlive its score by the time that a script took: Redis is asked.
 * Returns the tags that are worth another call.
 */
const SWEEP_TAGS = script({
  reply: Type.Array(Type.String()),
  lua: `${ENTRIES}
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local more = {}
for i = 3, #ARGV do
  local index_key, removed = KEYS[i - 1], 0
  for _, from in ipairs({ 0, ${KEPT_SCORE} }) do
    for _, store_key in ipairs(redis.call('ZRANGEBYSCORE', index_key, from, from + now, 'LIMIT', 0, ARGV[2])) do
      if not is_entry(ARGV[1] .. store_key) then removed = removed + redis.call('ZREM', index_key, store_key) end
    end
  end
  if redis.call('EXISTS', index_key) == 0 then redis.call('SREM', KEYS[1], ARGV[i])
  elseif removed >= tonumber(ARGV[2]) then more[#more + 1] = ARGV[i] end
end
return more
`
})

/**
 * KEYS log · ARGV greatest age in ms. Forgets old records, no more a call than the log is to hold, and never the last one of
 * them, however old: up to the record after it the position named it, so that a fill may come with it, and a sidecar may
 * remember nothing later. Returns how many are left. (XTRIM MINID needs Redis 6.2.)
 */
const TRIM_LOG = script({
  reply: Type.Integer(),
  lua: `
local time = redis.call('TIME')
local cutoff = time[1] * 1000 + math.floor(time[2] / 1000) - ARGV[1]
local old = #redis.call('XRANGE', KEYS[1], '-', cutoff, 'COUNT', ${COMPARED_RECORDS})
local kept = redis.call('XLEN', KEYS[1]) - math.max(old - 1, 0)
redis.call('XTRIM', KEYS[1], 'MAXLEN', kept)
return kept
`
})
