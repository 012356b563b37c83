import { Type } from '@sinclair/typebox'
import { invalidationOf } from '../../../cache/invalidation.js'
import { COMPARED_RECORDS } from '../../../cache/invalidate/matcher.js'
import { EPOCH_LENGTH } from '../../entry-codec.js'
import { script } from './script.js'

/** What can be compared with, and the one before; Redis may keep a hundred more. */
const RECORDS_KEPT = COMPARED_RECORDS + 1
const EVERYTHING = JSON.stringify(invalidationOf({ all: true }))

export const EpochReasonSchema = Type.Union([
  Type.Literal('no-epoch'),
  Type.Literal('another-server'),
  Type.Literal('evictions'),
  Type.Literal('damaged-index'),
  Type.Literal('everything-invalidated')
])

/**
 * What OPEN and INVALIDATE share. KEYS epoch log server tags · ARGV prefix, fresh epoch.
 *
 * `begin_epoch` starts a new epoch, whatever lay under its keys before; it needs no memory to begin with. Under the key
 * `server` stands which server this was, and since when it is master: one that was a replica meanwhile has the data of
 * another, which may lack invalidations that this one has acknowledged. Then how many evictions and commands were seen:
 * CONFIG RESETSTAT forgets evictions, but afterwards there are fewer commands than were seen.
 */
export const EPOCHS = `
local function text(key)
  local value = redis.pcall('GET', key)
  return type(value) == 'string' and value
end
local function position()
  local found = text(KEYS[1])
  if not found or #string.match(found, '^[^:]*') ~= ${EPOCH_LENGTH} or not string.match(found, ':%d+-%d+$') then return nil end
  return redis.call('TYPE', KEYS[2]).ok == 'stream' and found
end
local function append(epoch, record)
  local id = redis.call('XADD', KEYS[2], 'MAXLEN', '~', ${RECORDS_KEPT}, '*', 'r', record)
  redis.call('SET', KEYS[1], epoch .. ':' .. id)
  return id
end
local function field(info, name) return string.match(info, name .. ':([^\\r\\n]*)') end
local function server(info) return field(info, 'run_id') .. ',' .. field(info, 'master_replid') end
local function begin_epoch()
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
 * Settles the epoch: keeps the one that is there, or begins another.
 */
export const OPEN = script({
  reply: Type.Union([
    Type.Tuple([Type.Literal('replica')]),
    /** Position. */
    Type.Tuple([Type.Literal('kept'), Type.String()]),
    /** Position, why. */
    Type.Tuple([Type.Literal('begun'), Type.String(), EpochReasonSchema])
  ]),
  lua: `${EPOCHS}
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
return {'begun', ARGV[2] .. ':' .. begin_epoch(), reason}
`
})
