import { LRUCache } from 'lru-cache'
import { type Entry, usableUntil } from '../../cache/entry.js'
import { type Invalidation, isReached, type LogRecord } from '../../cache/invalidation.js'
import { epochOf, type Position } from '../../cache/position.js'
import { type Commit, type CommitOutcome, type Draft, keyOfSlot, type Store } from '../../cache/store.js'
import { compileGlob } from '../../cache/glob.js'
import { keptEntry } from './kept-entry.js'
import { createMemoryLog } from './memory-log.js'
import { createTagIndex } from './tag-index.js'

export interface MemoryStoreOptions {
  /** Bodies, headers, keys and tags together; the least recently used entries make room. */
  readonly maxBytes: number
  readonly now: () => number
  readonly randomEpoch: () => string
}

/** The embedded store: one process, gone with it. Every operation runs in one turn, so all are atomic. */
export const createMemoryStore = ({ maxBytes, now, randomEpoch }: MemoryStoreOptions): Store => {
  const log = createMemoryLog(now)
  const index = createTagIndex()
  const entries = new LRUCache<string, Entry>({
    maxSize: maxBytes,
    dispose: (entry, slot) => index.remove(slot, entry.tags)
  })
  let epoch = randomEpoch()
  let position: Position = `${epoch}:${log.lastId()}`

  const find = (slot: string): Entry | undefined => {
    const entry = entries.get(slot)
    if (entry === undefined || now() < usableUntil(entry)) return entry
    entries.delete(slot)
    return undefined
  }

  const recordsBetween = (after: Position, upTo: Position): readonly LogRecord[] | undefined =>
    epochOf(after) === epoch && epochOf(upTo) === epoch ? log.between(after, upTo) : undefined

  const commitDraft = (draft: Draft, records: readonly LogRecord[] | undefined): CommitOutcome => {
    const { slot, entry } = draft
    if (records === undefined || isReached(records, slot, entry.tags)) return 'refused'
    if (!isMet(draft, find(slot))) return 'unmet'
    entries.set(slot, keptEntry(entry), { size: sizeOf(entry, slot) })
    if (!entries.has(slot)) return 'refused'
    index.add(slot, entry.tags)
    return 'stored'
  }

  const slotsReachedBy = ({ keys, tags, patterns }: Invalidation): Set<string> => {
    const slots = new Set<string>()
    for (const key of keys) slots.add(key).add(`@value:${key}`)
    for (const tag of [...tags, ...keys]) for (const slot of index.slotsOf(tag)) slots.add(slot)
    for (const matches of patterns.map(compileGlob)) {
      for (const slot of entries.keys()) {
        const key = keyOfSlot(slot)
        if (key !== undefined && matches(key)) slots.add(slot)
      }
      for (const tag of index.tags()) if (matches(tag)) for (const slot of index.slotsOf(tag)) slots.add(slot)
    }
    return slots
  }

  const removeAll = (): number => {
    const removed = entries.size
    entries.clear()
    epoch = randomEpoch()
    return removed
  }

  return {
    read: async (slots) => ({ position, entries: slots.map(find) }),
    commit: async ({ drafts, position: since }: Commit) => {
      const records = since === undefined ? [] : recordsBetween(since, position)
      return drafts.map((draft) => commitDraft(draft, records))
    },
    invalidate: async (invalidation) => {
      const removed = invalidation.all
        ? removeAll()
        : [...slotsReachedBy(invalidation)].filter((slot) => entries.delete(slot)).length
      const id = log.append(invalidation)
      position = `${epoch}:${id}`
      return { outcome: 'done', id, removed }
    },
    recordsBetween: async (after, upTo) => recordsBetween(after, upTo),
    isTagged: async (tag) => index.has(tag),
    sweep: async () => {
      for (const [slot, entry] of entries.entries()) if (now() >= usableUntil(entry)) entries.delete(slot)
    },
    figures: async () => ({
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

const isMet = ({ condition }: Draft, found: Entry | undefined): boolean => {
  if (condition === undefined) return true
  if (condition === 'absent') return found === undefined
  if (condition === 'present') return found !== undefined
  return found?.etag === condition.etag
}

/** Strings count two bytes a character; the constant stands for the objects and index places around them. */
const sizeOf = (entry: Entry, slot: string): number => {
  let characters = slot.length
  for (const header of entry.headers) characters += header.length
  for (const tag of entry.tags) characters += tag.length + 32
  return entry.body.length + 2 * characters + 512
}
