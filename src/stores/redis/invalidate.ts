import { matchesAny } from '../../cache/invalidate/glob.js'
import { type Invalidation, invalidationOf, kindsOf } from '../../cache/invalidation.js'
import { asRecord } from '../../cache/invalidate/matcher.js'
import type { CarriedOut } from '../../cache/store.js'
import { isKept, nameIn, reachesKept } from '../../cache/tags.js'
import { createKeyedMutex } from '../../concurrency/keyed-mutex.js'
import type { RedisAccess } from './redis-access.js'
import type { Run } from './connection/connection.js'
import { beginEpoch } from './epochs.js'
import { invalidateNamed, NAMES, NO_RECORD, STEP } from './invalidate-named.js'
import { atLeast, removeEntries, scan } from './scan.js'
import { TAG_INDEX } from './scripts/redis-keys.js'

export type RedisInvalidate = (run: Run, invalidation: Invalidation) => Promise<CarriedOut>

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
    const isLong = keys.length > NAMES || tags.length > NAMES || patterns.length > SCANS
    const invalidate = () => (all ? invalidateAll(redis, invalidation) : invalidateSome(redis, invalidation))
    return isLong ? inTurn('long', invalidate) : invalidate()
  }
}

/**
 * A new epoch makes everything unreadable at once but what is kept; the entries are then removed for their memory. Of what is
 * kept goes what is named beside.
 */
const invalidateAll = async (
  redis: RedisAccess,
  { keys, tags, patterns }: Invalidation
): Promise<CarriedOut> => {
  const { position } = await beginEpoch(redis, 'everything-invalidated')
  let removed = 0
  try {
    for await (const found of scan(redis, '*')) removed += await removeEntries(redis, found.filter(isEntry))
  } catch {
    // What is not removed now expires, unreadable.
  }
  const beside = invalidationOf({ keys, tags, patterns: patterns.filter(reachesKept) })
  if (kindsOf(beside).length === 0) return { outcome: 'done', position, removed }
  const kept = await invalidateSome(redis, beside)
  return { ...kept, removed: removed + kept.removed }
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

const invalidatePatterns = async (redis: RedisAccess, patterns: readonly string[]): Promise<number> => {
  if (patterns.length > SCANS) return invalidateMatching(redis, patterns, '*')
  let removed = 0
  for (const pattern of patterns) removed += await invalidateMatching(redis, [pattern], atLeast(pattern))
  return removed
}

const invalidateMatching = async (redis: RedisAccess, patterns: readonly string[], match: string) => {
  let removed = 0
  const ofKept = patterns.filter(reachesKept)
  const ofOthers = patterns.filter((pattern) => !reachesKept(pattern))
  for await (const found of scan(redis, `*${match}`)) {
    const whole: string[] = []
    const sparing: string[] = []
    const storeKeys: string[] = []
    for (const name of found) {
      const isTag = name.startsWith(TAG_INDEX)
      const text = isTag ? name.slice(TAG_INDEX.length) : nameIn(name)
      if (text === undefined) continue
      const isKeptReached = await matchesAny(ofKept, text)
      if (!isKeptReached && (isKept(name) || !(await matchesAny(ofOthers, text)))) continue
      if (isTag) (isKeptReached ? whole : sparing).push(text)
      else storeKeys.push(name)
    }
    for (const [tags, sparesKept] of [
      [whole, false],
      [sparing, true]
    ] as const) {
      if (tags.length === 0) continue
      removed += (await invalidateNamed(redis, { keys: [], tags, sparesKept }, NO_RECORD)).removed
    }
    removed += await removeEntries(redis, storeKeys)
  }
  return removed
}

/** Tag indexes stay: they may already name entries of the new epoch. The sweep empties them. */
const isEntry = (name: string): boolean =>
  (!name.startsWith('@') || /^@(value|proof):/.test(name)) && !isKept(name)
