import { Type } from '@sinclair/typebox'
import { invalidationOf } from '../../../cache/invalidation.js'
import { COMPARED_RECORDS } from '../../../cache/invalidate/matcher.js'
import { EPOCH_LENGTH } from '../../entry-codec.js'
import { KEPT } from './kept.js'
import { script } from './script.js'

/** What can be compared with, and the one before; Redis may keep a hundred more. */
const RECORDS_KEPT = COMPARED_RECORDS + 1
const EVERYTHING = JSON.stringify(invalidationOf({ all: true }))

export const EpochReasonSchema = Type.Union([
  Type.Literal('no-epoch'),
  Type.Literal('another-server'),
  Type.Literal('lost-records'),
  Type.Literal('evictions'),
  Type.Literal('damaged-index'),
  Type.Literal('everything-invalidated')
])

/**
 * What OPEN, COMPARE and INVALIDATE share. KEYS `epochKeys` · ARGV server as it is now, remembered position or '', fresh epoch.
 *
 * `begin_epoch` starts a new epoch, whatever lay under its keys before; it needs no memory to begin with. Under the key
 * `server` stands what the server said of itself then: see `known-server.ts`. Ids never go back, not with the clock of the
 * server either: the new epoch begins later than the present one, and later than all that this process remembers. So of two
 * epochs the later one is known by the id that it began with, which is kept under the key `began`.
 *
 * `standing` compares the server with a position up to which this process has seen records that were acknowledged:
 *
 *     this process            the server                    another process
 *     reads position 7
 *                             fails over to a replica
 *                             that has come to 6 only
 *                                                           appends record 8
 *     reads position 8
 *
 * 8 is later than 7, but 7 is not in the log: what it has removed is back. Or the log is of an epoch that began before 7.
 */
export const EPOCHS = `
local server_now, remembered, fresh = ARGV[1], ARGV[2], ARGV[3]
local function text(key)
  local value = redis.pcall('GET', key)
  return type(value) == 'string' and value
end
local function position()
  local found = text(KEYS[1])
  if not found or #string.match(found, '^[^:]*') ~= ${EPOCH_LENGTH} or not string.match(found, ':%d+-%d+$') then return nil end
  return redis.call('TYPE', KEYS[2]).ok == 'stream' and found
end
local function epoch_of(position) return string.sub(position, 1, ${EPOCH_LENGTH}) end
local function id_of(position)
  local ms, sequence = string.match(position, '(%d+)-(%d+)$')
  return ms and { tonumber(ms), tonumber(sequence) }
end
local function is_later(a, b) return a[1] > b[1] or a[1] == b[1] and a[2] > b[2] end
local function append(epoch, id, record)
  local appended = epoch .. ':' .. redis.call('XADD', KEYS[2], 'MAXLEN', '~', ${RECORDS_KEPT}, id, 'r', record)
  redis.call('SET', KEYS[1], appended)
  return appended
end
local function begin_epoch()
  local time = redis.call('TIME')
  local id = { time[1] * 1000 + math.floor(time[2] / 1000), 0 }
  for _, seen in ipairs({ text(KEYS[1]) or '', remembered }) do
    local last = id_of(seen)
    if last and not is_later(id, last) then id = { last[1], last[2] + 1 } end
  end
  redis.call('UNLINK', KEYS[1], KEYS[2], KEYS[3], KEYS[5])
  local began = append(fresh, string.format('%.0f-%.0f', id[1], id[2]), '${EVERYTHING}')
  redis.call('SET', KEYS[3], server_now)
  redis.call('SET', KEYS[5], began)
  return began
end
local function first_in_log()
  local first = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)[1]
  return first and first[1] or '0-0'
end
local function is_same_server()
  local now = string.match(server_now, '^%S+')
  return now ~= '-' and now == string.match(text(KEYS[3]) or '', '^%S+')
end
local function standing(found, position)
  if position == '' or position == found then return 'known' end
  local seen = id_of(position)
  if epoch_of(position) == epoch_of(found) then
    if is_later(seen, id_of(found)) then return 'lost' end
    local id = string.match(position, '%d+-%d+$')
    if redis.call('XRANGE', KEYS[2], id, id)[1] then return 'known' end
    -- It may only be too old for the log. A process that is the same as then has lost nothing.
    return is_later(id_of(first_in_log()), seen) and is_same_server() and 'known' or 'lost'
  end
  local began = text(KEYS[5])
  -- An older release does not keep it: its log begins with the record of everything.
  if not began or epoch_of(began) ~= epoch_of(found) then began = first_in_log() end
  return is_later(id_of(began), seen) and 'known' or 'lost'
end
`

/**
 * KEYS as above, then that of what is kept · ARGV as above, then the reason or '' for "only if needed", and with a reason the
 * epoch that is to be ended or '' for any. Settles the epoch: keeps the one that is there, or begins another. What is kept
 * goes over into it where everything was invalidated and nothing else is wrong.
 */
export const OPEN = script({
  reply: Type.Union([
    /** Position. */
    Type.Tuple([Type.Literal('kept'), Type.String()]),
    /** Position, why. */
    Type.Tuple([Type.Literal('begun'), Type.String(), EpochReasonSchema])
  ]),
  lua: `${EPOCHS}${KEPT}
local reason, ended = ARGV[4], ARGV[5]
-- A server that takes no writes, as one without enough replicas, takes no invalidations: it is not read.
redis.call('UNLINK', KEYS[6])
local tags = redis.call('TYPE', KEYS[4]).ok
if tags ~= 'set' and tags ~= 'none' then redis.call('UNLINK', KEYS[4]) end
local found, known = position(), text(KEYS[3])
local is_lost = found and standing(found, remembered) == 'lost'
if found and ended ~= '' and epoch_of(found) ~= ended and not is_lost then return {'kept', found} end
local doubt
if not found then doubt = 'no-epoch'
elseif not known or string.sub(server_now, 1, 2) ~= '- ' and not is_same_server() then doubt = 'another-server'
elseif is_lost then doubt = 'lost-records' end
if reason == '' and not doubt then return {'kept', found} end
local is_carried = reason == 'everything-invalidated' and not doubt
local stamp = is_carried and stamp_in(KEYS[7], epoch_of(found))
local began = begin_epoch()
redis.call('UNLINK', KEYS[7])
if stamp then redis.call('SET', KEYS[7], epoch_of(began) .. stamp) end
return {'begun', began, reason == '' and doubt or reason}
`
})

/**
 * KEYS and ARGV as in `EPOCHS`, then a position that was read, and with it entries. Compares the server with both positions:
 *
 *     this process                 the server                       another process
 *     remembers 7                  lacks record 7, has come to 8
 *     reads a and position 8: a
 *     is back
 *                                                                   remembers 7, too: begins an epoch
 *     compares with 7: this epoch
 *     has begun after it
 */
export const COMPARE = script({
  reply: Type.Tuple([
    Type.Union([
      /** It has all records of both. */
      Type.Literal('known'),
      /** The same, but what was read belongs to an epoch that has ended since. */
      Type.Literal('ended'),
      /** It lacks some, or has no epoch. */
      Type.Literal('lost')
    ]),
    /** Where it is now; empty without an epoch. */
    Type.String()
  ]),
  lua: `${EPOCHS}
local found, read = position(), ARGV[4]
if not found then return {'lost', ''} end
if standing(found, remembered) == 'lost' or standing(found, read) == 'lost' then return {'lost', found} end
return {epoch_of(found) == epoch_of(read) and 'known' or 'ended', found}
`
})
