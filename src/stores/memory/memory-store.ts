import { LRUCache } from 'lru-cache'
import { type Entry, usableUntil } from '../../cache/entry.js'
import { type Invalidation, type LogRecord } from '../../cache/invalidation.js'
import { type Reach, reachOf } from '../../cache/invalidate/matcher.js'
import { epochOf, type Position } from '../../cache/position.js'
import { type Commit, type CommitOutcome, type PendingWrite, type Store } from '../../cache/store.js'
import { isSliceOver, nextSlice } from '../../concurrency/time-slices.js'
import { storedEntry } from './stored-entry.js'
import { createMemoryLog } from './memory-log.js'
import { keysReachedBy } from './reached-keys.js'
import { createTagIndex, type TagIndex } from './tag-index.js'

export interface MemoryStoreOptions {
  /** Bodies, headers, keys and tags together; the least recently used entries make room. */
  readonly maxBytes: number
  readonly now: () => number
  readonly randomEpoch: () => string
  /** Empty; one that a test looks into. */
  readonly index?: TagIndex
}

/**
 * The embedded store: one process, gone with it. A read and the commit of each write are one step each, and so is the
 * record of an invalidation, which comes before what it removes: as much as it takes, in slices.
 */
export const createMemoryStore = ({
  maxBytes,
  now,
  randomEpoch,
  index = createTagIndex()
}: MemoryStoreOptions): Store => {
  const log = createMemoryLog(now)
  const entries = new LRUCache<string, Entry>({
    maxSize: maxBytes,
    dispose: (entry, storeKey) => index.remove(storeKey, entry.tags)
  })
  let epoch = randomEpoch()
  let position: Position = `${epoch}:${log.lastId()}`

  const find = (storeKey: string): Entry | undefined => {
    const entry = entries.get(storeKey)
    if (entry === undefined || now() < usableUntil(entry)) return entry
    entries.delete(storeKey)
    return undefined
  }

  const recordsBetween = (after: Position, upTo: Position): readonly LogRecord[] | undefined =>
    epochOf(after) === epoch && epochOf(upTo) === epoch ? log.between(after, upTo) : undefined

  const commitOne = (write: PendingWrite, reaches: Reach): CommitOutcome => {
    const { storeKey, entry } = write
    if (reaches(storeKey, entry.tags)) return 'refused'
    if (!isMet(write, find(storeKey))) return 'unmet'
    entries.set(storeKey, storedEntry(entry), { size: sizeOf(entry, storeKey) })
    if (!entries.has(storeKey)) return 'refused'
    index.add(storeKey, entry.tags)
    return 'stored'
  }

  /** What has been invalidated since a position, anew whenever that has become more. */
  const reachSince = (since: Position | undefined): (() => Reach) => {
    if (since === undefined) return () => reachOf([])
    let at: Position | undefined
    let reaches: Reach = isEverything
    return () => {
      if (at === position) return reaches
      at = position
      const records = recordsBetween(since, position)
      reaches = records === undefined ? isEverything : reachOf(records)
      return reaches
    }
  }

  const invalidateNamed = async (invalidation: Invalidation): Promise<number> => {
    let removed = 0
    for await (const storeKeys of keysReachedBy(invalidation, {
      storeKeys: () => [...entries.keys()],
      index
    })) {
      for (const storeKey of storeKeys) {
        if (isSliceOver()) await nextSlice()
        if (entries.delete(storeKey)) removed++
      }
    }
    return removed
  }

  const invalidateAll = (): number => {
    const removed = entries.size
    entries.clear()
    epoch = randomEpoch()
    return removed
  }

  return {
    sizes: async (storeKeys) => storeKeys.map((storeKey) => find(storeKey)?.body.length ?? 0),
    read: async (storeKeys) => ({ position, entries: storeKeys.map(find) }),
    commit: async ({ writes, position: since }: Commit) => {
      const reach = reachSince(since)
      const outcomes: CommitOutcome[] = []
      for (const write of writes) {
        if (isSliceOver()) await nextSlice()
        outcomes.push(commitOne(write, reach()))
      }
      return outcomes
    },
    invalidate: async (invalidation) => {
      const removedAtOnce = invalidation.all ? invalidateAll() : 0
      const id = log.append(invalidation)
      position = `${epoch}:${id}`
      // From here on fills that were under way are refused.
      const removed = invalidation.all ? removedAtOnce : await invalidateNamed(invalidation)
      return { outcome: 'done', id, removed }
    },
    recordsBetween: async (after, upTo) => recordsBetween(after, upTo),
    sweep: async () => {
      for (const [storeKey, entry] of entries.entries())
        if (now() >= usableUntil(entry)) entries.delete(storeKey)
    },
    stats: async () => ({
      kind: 'memory',
      state: 'up',
      entries: entries.size,
      usedBytes: entries.calculatedSize,
      maxBytes,
      pendingInvalidations: 0
    }),
    endWaiting: () => undefined,
    close: async () => entries.clear()
  }
}

const isEverything: Reach = () => true

const isMet = ({ condition }: PendingWrite, found: Entry | undefined): boolean => {
  if (condition === undefined) return true
  if (condition === 'absent') return found === undefined
  if (condition === 'present') return found !== undefined
  return found?.etag === condition.etag
}

/** Strings count two bytes a character; the constant stands for the objects and index places around them. */
const sizeOf = (entry: Entry, storeKey: string): number => {
  let characters = storeKey.length
  for (const header of entry.headers) characters += header.length
  for (const tag of entry.tags) characters += tag.length + 32
  return entry.body.length + 2 * characters + 512
}
