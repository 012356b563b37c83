import { Type } from '@sinclair/typebox'
import { VERSION_AT } from '../../entry-codec.js'
import { script } from './script.js'

/**
 * Only what begins as an entry does is ever removed or replaced, whatever its name: another application of the same
 * database, such as the cache of Django, may use the same prefix. An entry begins with an epoch, and then a version as one
 * byte that stands in no text. Versions that are not read count, too: an invalidation reaches what another release has
 * stored.
 */
export const ENTRIES = `
local function is_entry(key)
  local head = redis.pcall('GETRANGE', key, 0, ${VERSION_AT})
  return type(head) == 'string' and string.find(head, '[^%w_-]') == ${VERSION_AT + 1}
    and string.byte(head, ${VERSION_AT + 1}) <= 8
end
local function unlink_entries(keys)
  local entries, removed = {}, 0
  for _, key in ipairs(keys) do
    if is_entry(key) then entries[#entries + 1] = key end
  end
  for i = 1, #entries, 500 do
    removed = removed + redis.call('UNLINK', unpack(entries, i, math.min(i + 499, #entries)))
  end
  return removed
end
`

/** KEYS those that are to be removed if they are entries. Returns how many were. */
export const REMOVE = script({
  reply: Type.Integer(),
  lua: `${ENTRIES}
return unlink_entries(KEYS)
`
})
