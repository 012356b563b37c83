import { Type } from '@sinclair/typebox'
import { EpochReasonSchema, EPOCHS } from './epoch.js'
import { script } from './script.js'

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
