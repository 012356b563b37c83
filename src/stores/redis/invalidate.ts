import { matchesAny } from '../../cache/invalidate/glob.js'
import { type Invalidation, invalidationOf } from '../../cache/invalidation.js'
import { asRecord } from '../../cache/invalidate/matcher.js'
import { epochOf, type Position } from '../../cache/position.js'
import type { CarriedOut } from '../../cache/store.js'
import { nameIn, valueKey } from '../../cache/tags.js'
import { createKeyedMutex } from '../../concurrency/keyed-mutex.js'
import type { RedisAccess } from './redis-access.js'
import type { Run } from './connection/connection.js'
import type { Capabilities } from './capabilities.js'
import { beginEpoch, epochArguments, settleEpoch } from './epochs.js'
import { atLeast, removeEntries, scan } from './scan.js'
import { INVALIDATE } from './scripts/invalidate.js'
import { epochKeys, TAG_INDEX } from './scripts/redis-keys.js'

export type RedisInvalidate = (run: Run, invalidation: Invalidation) => Promise<CarriedOut>

/** Entries removed by one script call: one or two milliseconds of Redis' time, half of it to look at what they are. */
const SLICE = 1000
/** Keys, and as many tags, looked at by one script call: each key is three Redis keys, so that this takes as long. */
const NAMES = 200
/** More patterns than this are looked for in one scan, which then fetches every key. */
const SCANS = 4

/**
 * Carries out invalidations. When it has resolved, no entry that is named is readable and a record
 * refuses the fills that were under way; when it has rejected, it may have happened in part, and is to be
 * repeated as a whole.
 */
export const createRedisInvalidate = (options: Omit<RedisAccess, 'run'>): RedisInvalidate => {
  /** Those of many names take turns: between two of their scripts there is room for what others ask of Redis. */
  const inTurn = createKeyedMutex()
  return (run, invalidation) => {
    const redis = { ...options, run }
    const { keys, tags, patterns, all } = invalidation
    if (all) return invalidateAll(redis)
    const isLong = keys.length > NAMES || tags.length > NAMES || patterns.length > SCANS
    const invalidate = () => invalidateSome(redis, invalidation)
    return isLong ? inTurn('long', invalidate) : invalidate()
  }
}

/** A new epoch makes everything unreadable at once; the entries are then removed for their memory. */
const invalidateAll = async (redis: RedisAccess): Promise<CarriedOut> => {
  const position = await beginEpoch(redis, 'everything-invalidated')
  let removed = 0
  try {
    for await (const found of scan(redis, '*')) removed += await removeEntries(redis, found.filter(isEntry))
  } catch {
    // What is not removed now expires, unreadable.
  }
  return { outcome: 'done', position, removed }
}

const invalidateSome = async (redis: RedisAccess, invalidation: Invalidation): Promise<CarriedOut> => {
  const { patterns } = invalidation
  const record = JSON.stringify(asRecord(invalidation))
  const { removed, position, isEpochNew } = await invalidateNamed(redis, invalidation, record)
  if (patterns.length === 0 || isEpochNew) return { outcome: 'done', position, removed }
  // The record is in the log by now: what a scan does not see was either stored after it, or is refused.
  const matching = await invalidatePatterns(redis, patterns)
  // Tag indexes may have been evicted while it scanned: this looks for that once more.
  const end = await invalidateNamed(redis, { keys: [], tags: [] }, STEP)
  return { outcome: 'done', position: end.position, removed: removed + matching }
}

/**
 * A record that names nothing, of a later step: a server that has lost only removals, and has the record with which they
 * began, lacks this one. A scan has it at its end alone, as its steps are so many that the log would forget all others.
 */
const STEP = JSON.stringify(invalidationOf({}))

type KeysAndTags = Pick<Invalidation, 'keys' | 'tags'>

const NO_RECORD = ''

/**
 * The record goes with the first slice of many names, and the others are invalidated after it:
 *
 *     an invalidation of a … z                 a fill of a
 *                                              reads a miss, asks the origin: old answer
 *     removes a; were there no record yet:
 *                                              commits, as the position is still that of its miss
 *     removes z, appends the record
 *     acknowledged                             a is readable, and old
 *
 * With the record in the step that removes a, the fill is refused from there on.
 */
const invalidateNamed = async (redis: RedisAccess, named: KeysAndTags, record: string) => {
  let { removed, position, isEpochNew } = await invalidateSlice(redis, sliceOf(named, 0), record)
  const most = Math.max(named.keys.length, named.tags.length)
  for (let from = NAMES; from < most && !isEpochNew; from += NAMES) {
    const slice = await invalidateSlice(redis, sliceOf(named, from), record && STEP)
    removed += slice.removed
    position = slice.position
    isEpochNew = slice.isEpochNew
  }
  return { removed, position, isEpochNew }
}

const sliceOf = ({ keys, tags }: KeysAndTags, from: number): KeysAndTags => ({
  keys: keys.slice(from, from + NAMES),
  tags: tags.slice(from, from + NAMES)
})

/** Removes keys and tagged entries; with a record, also appends it in the same step as the last of them. */
const invalidateSlice = async (redis: RedisAccess, named: KeysAndTags, record: string) => {
  for (let removed = 0; ;) {
    const call = await redis.run('invalidate', () => removeSome(redis, named, record))
    removed += call.reply[1]
    if (call.reply[0] === 'more') continue
    const begun = await beginIfDoubtful(redis, call)
    const [, , position = ''] = call.reply
    if (begun === undefined) redis.remembered.remember(position, call.since)
    return { removed, position: begun ?? position, isEpochNew: begun !== undefined }
  }
}

type Call = Awaited<ReturnType<typeof removeSome>>

/**
 * What was not found for certain is removed for certain by a new epoch: where an index was none, or may have been evicted
 * before its entries, which `allkeys-*` allows.
 */
const beginIfDoubtful = async (redis: RedisAccess, { reply, now }: Call): Promise<Position | undefined> => {
  const [kind, , position = '', words = ''] = reply
  if (kind === 'unsettled') return settleEpoch(redis)
  if (kind === 'damaged') return beginEpoch(redis, 'damaged-index', epochOf(position))
  if (now === undefined || !redis.server.hasEvicted({ words, now, position })) return undefined
  return beginEpoch(redis, 'evictions', epochOf(position))
}

/** One call of the script, and behind it, what shows whether keys were evicted up to its end: one round trip. */
const removeSome = async (redis: RedisAccess, { keys: named, tags }: KeysAndTags, record: string) => {
  const { keys, runScript, server } = redis
  const since = redis.remembered.position
  const under = (storeKey: string): string => keys.prefix + storeKey
  const entries = named.flatMap((key) => [under(key), under(valueKey(key))])
  const indexes = [...named, ...tags].map((tag) => under(TAG_INDEX + tag))
  const args = [...epochArguments(redis), record, SLICE, keys.prefix, entries.length]
  let now: Promise<Capabilities | undefined> = Promise.resolve(undefined)
  const reply = await runScript(INVALIDATE, [...epochKeys(keys), ...entries, ...indexes], args, () => {
    now = server.askOfEvictions()
    now.catch(() => undefined)
  })
  return { reply, since, now: await now }
}

const invalidatePatterns = async (redis: RedisAccess, patterns: readonly string[]): Promise<number> => {
  if (patterns.length > SCANS) return invalidateMatching(redis, patterns, '*')
  let removed = 0
  for (const pattern of patterns) removed += await invalidateMatching(redis, [pattern], atLeast(pattern))
  return removed
}

const invalidateMatching = async (redis: RedisAccess, patterns: readonly string[], match: string) => {
  let removed = 0
  for await (const found of scan(redis, `*${match}`)) {
    const tags: string[] = []
    const storeKeys: string[] = []
    for (const name of found) {
      const isTag = name.startsWith(TAG_INDEX)
      const text = isTag ? name.slice(TAG_INDEX.length) : nameIn(name)
      if (text === undefined || !(await matchesAny(patterns, text))) continue
      if (isTag) tags.push(text)
      else storeKeys.push(name)
    }
    if (tags.length > 0) removed += (await invalidateNamed(redis, { keys: [], tags }, NO_RECORD)).removed
    removed += await removeEntries(redis, storeKeys)
  }
  return removed
}

/** Tag indexes stay: they may already name entries of the new epoch. The sweep empties them. */
const isEntry = (name: string): boolean => !name.startsWith('@') || /^@(value|proof):/.test(name)
