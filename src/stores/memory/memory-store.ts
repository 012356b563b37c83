import { LRUCache } from 'lru-cache'
import { bodyBytes, type Entry, usableUntil } from '../../cache/entry.js'
import { type Invalidation } from '../../cache/invalidation.js'
import { matchesAny } from '../../cache/invalidate/glob.js'
import { type Reach, reachOf } from '../../cache/invalidate/matcher.js'
import type { Position } from '../../cache/position.js'
import type { CarriedOut, Commit, CommitOutcome, PendingWrite, Store } from '../../cache/store.js'
import { isKept, nameIn, reachesKept, valueKey } from '../../cache/tags.js'
import { isSliceOver, mapInSlices, nextSlice } from '../../concurrency/time-slices.js'
import { listKeys } from './list.js'
import { MemoryLog, type MemoryLogOptions } from './memory-log.js'
import { StoredEntry } from './stored-entry.js'
import { TagIndex } from './tag-index.js'

export interface MemoryStoreOptions extends MemoryLogOptions {
  /** Bodies, headers, keys and tags together; the least recently used entries make room. */
  readonly maxBytes: number
  /** Empty; one that a test looks into. */
  readonly index?: TagIndex
}

/**
 * The embedded store: one process, gone with it. A read and the commit of each write are one step each, and so is the
 * record of an invalidation, which comes before what it removes: as much as it takes, in slices.
 */
export const createMemoryStore = (options: MemoryStoreOptions): Store => {
  const { maxBytes, now, index = new TagIndex() } = options
  const log = new MemoryLog(options)
  const entries = new LRUCache<string, Entry>({
    maxSize: maxBytes,
    dispose: (entry, storeKey) => index.remove(storeKey, entry.tags)
  })
  const state: State = { entries, index, log, now }

  return {
    sizes: async (storeKeys) => storeKeys.map((storeKey) => find(state, storeKey)?.body.length ?? 0),
    read: async (storeKeys) => ({
      position: log.position,
      entries: storeKeys.map((storeKey) => find(state, storeKey))
    }),
    list: (listing) => listKeys([...entries.keys()], (storeKey) => isReadable(state, storeKey), listing),
    commit: (commit) => commitAll(state, commit),
    invalidate: (invalidation) => invalidate(state, invalidation),
    recordsBetween: async (after, upTo) => log.between(after, upTo),
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

interface State {
  readonly entries: LRUCache<string, Entry>
  readonly index: TagIndex
  readonly log: MemoryLog
  readonly now: () => number
}

const find = ({ entries, now }: State, storeKey: string): Entry | undefined => {
  const entry = entries.get(storeKey)
  if (entry === undefined || now() < usableUntil(entry)) return entry
  entries.delete(storeKey)
  return undefined
}

/** Without a use of it. */
const isReadable = ({ entries, now }: State, storeKey: string): boolean => {
  const entry = entries.peek(storeKey)
  return entry !== undefined && now() < usableUntil(entry)
}

const commitAll = (state: State, { writes, position }: Commit): Promise<CommitOutcome[]> => {
  const reach = reachSince(state.log, position)
  return mapInSlices(writes, (write) => commitOne(state, write, reach()))
}

/** What has been invalidated since a position, anew whenever that has become more. */
const reachSince = (log: MemoryLog, since: Position | undefined): (() => Reach) => {
  if (since === undefined) return () => reachOf([])
  let at: Position | undefined
  let reaches: Reach = isEverything
  return () => {
    if (at === log.position) return reaches
    at = log.position
    const records = log.between(since, at)
    reaches = records === undefined ? isEverything : reachOf(records)
    return reaches
  }
}

const isEverything: Reach = () => true

const commitOne = (state: State, write: PendingWrite, reaches: Reach): CommitOutcome => {
  const { storeKey, entry } = write
  const { entries, index } = state
  if (reaches(storeKey, entry.tags)) return 'refused'
  if (!isMet(write, find(state, storeKey))) return 'unmet'
  entries.set(storeKey, new StoredEntry(entry), { size: sizeOf(entry, storeKey) })
  if (!entries.has(storeKey)) return 'refused'
  index.add(storeKey, entry.tags)
  return 'stored'
}

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
  return bodyBytes(entry) + 2 * characters + 512 * (1 + (entry.coded?.length ?? 0))
}

const invalidate = async (state: State, invalidation: Invalidation): Promise<CarriedOut> => {
  const position = state.log.append(invalidation)
  // From here on fills that were under way are refused.
  const removed = invalidation.all ? await removeAllButKept(state) : 0
  return { outcome: 'done', position, removed: removed + (await invalidateNamed(state, invalidation)) }
}

const removeAllButKept = async ({ entries }: State): Promise<number> => {
  let removed = 0
  for (const storeKey of [...entries.keys()]) {
    if (isSliceOver()) await nextSlice()
    if (!isKept(storeKey) && entries.delete(storeKey)) removed++
  }
  return removed
}

/** Store keys that come later are not looked at. */
const invalidateNamed = async ({ entries, index }: State, invalidation: Invalidation): Promise<number> => {
  const { keys, tags, patterns } = invalidation
  let removed = 0
  const remove = async (storeKeys: Iterable<string>): Promise<void> => {
    for (const storeKey of [...storeKeys]) {
      if (isSliceOver()) await nextSlice()
      if (entries.delete(storeKey)) removed++
    }
  }
  for (const key of keys) await remove([key, valueKey(key), ...index.storeKeysOf(key)])
  for (const tag of tags) await remove(index.storeKeysOf(tag))
  if (patterns.length === 0) return removed
  const ofKept = patterns.filter(reachesKept)
  for (const storeKey of [...entries.keys()]) {
    const key = nameIn(storeKey)
    const some = isKept(storeKey) ? ofKept : patterns
    if (key !== undefined && (await matchesAny(some, key))) await remove([storeKey])
  }
  for (const tag of [...index.tags()]) {
    if (!(await matchesAny(patterns, tag))) continue
    const tagged = [...index.storeKeysOf(tag)]
    await remove((await matchesAny(ofKept, tag)) ? tagged : tagged.filter((storeKey) => !isKept(storeKey)))
  }
  return removed
}
