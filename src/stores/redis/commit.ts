import { Type } from '@sinclair/typebox'
import { bodyBytes, type Entry, ETAG_MAX_LENGTH, usableUntil } from '../../cache/entry.js'
import { StoreUnavailableError } from '../../cache/errors.js'
import { type LogRecord } from '../../cache/invalidation.js'
import { reachOf } from '../../cache/invalidate/matcher.js'
import { isSliceOver, mapInSlices, nextSlice } from '../../concurrency/time-slices.js'
import type { Commit, CommitOutcome, PendingWrite, Store } from '../../cache/store.js'
import { encodeEntry, EPOCH_LENGTH, ETAG_AT, ETAG_LENGTH_AT, VERSION_AT, VERSIONS } from '../entry-codec.js'
import type { RedisAccess } from './redis-access.js'
import type { Connection } from './connection/connection.js'
import { LOST_EPOCH } from './connection/error-replies.js'
import { readRecords } from './records.js'
import { ENTRIES } from './scripts/entries.js'
import { KEPT, KEPT_SCORE } from './scripts/kept.js'
import { TAG_INDEX } from './scripts/redis-keys.js'
import { script } from './scripts/script.js'

export type CommitOptions = RedisAccess & { readonly connection: Connection; readonly now: () => number }

/** How often a commit is tried while unrelated invalidations keep moving the position. */
const ATTEMPTS = 3
/** One script call stores no more writes, and no more bytes and tags of them, so that Redis is not blocked for long. */
const SLICE = { writes: 50, bytes: 512 * 1024, tags: 500 }

/**
 * Stores entries if nothing that was invalidated since their position reaches them. The script compares
 * positions only; when it has moved, the records between are matched here and the writes that none reaches
 * are tried again at the new position, at which they are known to be good.
 */
export const createCommit =
  (options: CommitOptions): Store['commit'] =>
  async ({ writes, position }) => {
    const outcomes: CommitOutcome[] = []
    for (let at = 0; at < writes.length;) {
      const slice = sliceFrom(writes, at)
      outcomes.push(...(await commitSlice(options, { writes: slice, position, attempt: 1 })))
      at += slice.length
      if (at < writes.length && isSliceOver()) await nextSlice()
    }
    return outcomes
  }

type Slice = Commit & { readonly attempt: number }

const commitSlice = async (options: CommitOptions, slice: Slice): Promise<readonly CommitOutcome[]> => {
  const { keys, runScript, run, connection } = options
  const { writes, position, attempt } = slice
  const now = options.now()
  const names = [keys.epoch, keys.tags, keys.kept, ...writes.map(({ storeKey }) => keys.prefix + storeKey)]
  const args = [keys.prefix, position ?? '', ...writes.flatMap((write) => argumentsOf(write, now))]
  const reply = await run('commit', async () => {
    const said = await runScript(COMMIT, names, args)
    if (said[0] === 'foreign') throw foreignValue(said[1])
    return said
  })
  if (reply[0] === 'committed') return reply[1]
  if (reply[0] === 'lost') throw connection.markDown(LOST_EPOCH)
  if (reply[0] === 'refused' || position === undefined || attempt === ATTEMPTS)
    return writes.map(() => 'refused')
  const moved = reply[1]
  const untouched = await untouchedBy(writes, await readRecords(options, [position, moved]))
  if (untouched.length === 0) return writes.map(() => 'refused')
  const outcomes = await commitSlice(options, { writes: untouched, position: moved, attempt: attempt + 1 })
  return writes.map((write) => outcomes[untouched.indexOf(write)] ?? 'refused')
}

/** Nothing is stored over what is no entry. */
const foreignValue = (key: string): StoreUnavailableError =>
  new StoreUnavailableError(`the value under ${key} is of another application`, { kind: 'foreign-value' })

/** Those writes that none of the records reaches. */
const untouchedBy = async (
  writes: readonly PendingWrite[],
  records: readonly LogRecord[] | undefined
): Promise<readonly PendingWrite[]> => {
  if (records === undefined) return []
  const reaches = reachOf(records)
  const reached = await mapInSlices(writes, ({ storeKey, entry }) => reaches(storeKey, entry.tags))
  return writes.filter((_, at) => reached[at] === false)
}

/** The next writes for one script call; one that is larger than a slice goes alone. */
const sliceFrom = (writes: readonly PendingWrite[], from: number): readonly PendingWrite[] => {
  let bytes = 0
  let tags = 0
  const end = writes.findIndex(({ entry }, at) => {
    if (at < from) return false
    bytes += bodyBytes(entry)
    tags += entry.tags.length
    return at > from && (at - from === SLICE.writes || bytes > SLICE.bytes || tags > SLICE.tags)
  })
  return writes.slice(from, end < 0 ? writes.length : end)
}

const argumentsOf = ({ entry, condition }: PendingWrite, now: number) => [
  lifetimeMs(entry, now),
  typeof condition === 'object' ? `etag:${condition.etag}` : (condition ?? ''),
  encodeEntry(entry),
  entry.tags.join('\n')
]

/**
 * Redis demands a positive, whole number. Counted from when the entry was made at the earliest: a clock that has
 * stepped back since must not make it live longer.
 */
const lifetimeMs = (entry: Entry, now: number): number =>
  Math.max(1, Math.ceil(usableUntil(entry) - Math.max(now, entry.generatedAt)))

const OutcomeSchema = Type.Union([Type.Literal('stored'), Type.Literal('unmet')])

/**
 * The fence. KEYS epoch tags kept, then that of each pending write · ARGV prefix, expected position or '', then per pending write:
 * lifetime in ms, condition ('' | 'absent' | 'present' | 'etag:…'), bytes, tags in lines: one argument each would cost more,
 * and so would the key of each index. Stores all of it, or nothing when the position is another one:
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
    Type.Tuple([Type.Literal('committed'), Type.Array(OutcomeSchema)]),
    /** The position of now. */
    Type.Tuple([Type.Literal('moved'), Type.String()]),
    /** Another epoch has begun. */
    Type.Tuple([Type.Literal('refused')]),
    /** There is no epoch. */
    Type.Tuple([Type.Literal('lost')]),
    /** A key under which stands what is no entry. */
    Type.Tuple([Type.Literal('foreign'), Type.String()])
  ]),
  lua: `${ENTRIES}${KEPT}
local position = redis.call('GET', KEYS[1])
if not position then return {'lost'} end
local epoch, expected = string.sub(position, 1, ${EPOCH_LENGTH}), ARGV[2]
if expected ~= '' and expected ~= position then
  if string.sub(expected, 1, ${EPOCH_LENGTH}) ~= epoch then return {'refused'} end
  return {'moved', position}
end
local function is_readable(head)
  local version = string.byte(head, ${VERSION_AT + 1})
  return ${VERSIONS.map((version) => `version == ${version}`).join(' or ')}
end
local kept_stamp
local function stamp_of(store_key)
  if not is_kept(store_key) then return epoch end
  kept_stamp = kept_stamp or stamp_in(KEYS[3], epoch)
  return kept_stamp
end
local function is_met(key, condition, stamp)
  if condition == '' then return true end
  local head = redis.call('GETRANGE', key, 0, ${ETAG_AT + ETAG_MAX_LENGTH - 1})
  local begins = string.sub(head, 1, ${EPOCH_LENGTH})
  local exists = #head > ${ETAG_LENGTH_AT} and (begins == epoch or begins == stamp) and is_readable(head)
  if condition == 'absent' then return not exists end
  if condition == 'present' then return exists end
  local etag_length = string.byte(head, ${ETAG_LENGTH_AT + 1})
  return exists and 'etag:' .. string.sub(head, ${ETAG_AT + 1}, ${ETAG_AT} + etag_length) == condition
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for i = 4, #KEYS do
  if not is_entry(KEYS[i]) and redis.call('EXISTS', KEYS[i]) == 1 then return {'foreign', KEYS[i]} end
end
local outcomes = {}
for i = 4, #KEYS do
  local key, at = KEYS[i], 3 + (i - 4) * 4
  local lifetime, condition, bytes, tags = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
  local store_key = string.sub(key, #ARGV[1] + 1)
  local stamp = stamp_of(store_key)
  if is_met(key, condition, stamp) then
    local expiry = now + lifetime + (is_kept(store_key) and ${KEPT_SCORE} or 0)
    for tag in string.gmatch(tags, '[^\\n]+') do
      redis.call('ZADD', ARGV[1] .. '${TAG_INDEX}' .. tag, expiry, store_key)
      redis.call('SADD', KEYS[2], tag)
    end
    redis.call('SET', key, stamp .. bytes, 'PX', lifetime)
    outcomes[#outcomes + 1] = 'stored'
  else
    outcomes[#outcomes + 1] = 'unmet'
  end
end
return {'committed', outcomes}
`
})
