import { type Entry, usableUntil } from '../../cache/entry.js'
import { type LogRecord } from '../../cache/invalidation.js'
import { reachOf } from '../../cache/invalidate/matcher.js'
import { isSliceOver, nextSlice } from '../../concurrency/time-slices.js'
import type { Commit, CommitOutcome, PendingWrite, Store } from '../../cache/store.js'
import { encodeEntry } from '../entry-codec.js'
import type { Redis } from './asking.js'
import type { Connection } from './connection/connection.js'
import { LOST_EPOCH } from './connection/error-replies.js'
import { COMMIT } from './scripts/commit.js'

export interface CommitOptions extends Redis {
  readonly connection: Connection
  readonly recordsBetween: Store['recordsBetween']
  readonly now: () => number
}

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
  (options: CommitOptions) =>
  async ({ writes, position }: Commit): Promise<readonly CommitOutcome[]> => {
    const outcomes: CommitOutcome[] = []
    for (let at = 0; at < writes.length;) {
      const slice = sliceFrom(writes, at)
      outcomes.push(...(await commitSlice(options, { writes: slice, position, attempt: 1 })))
      at += slice.length
      if (at < writes.length && isSliceOver()) await nextSlice()
    }
    return outcomes
  }

interface Slice extends Commit {
  readonly attempt: number
}

const commitSlice = async (options: CommitOptions, slice: Slice): Promise<readonly CommitOutcome[]> => {
  const { keys, runScript, run, connection } = options
  const { writes, position, attempt } = slice
  const now = options.now()
  const args = [keys.prefix, position ?? '', ...writes.flatMap((write) => argumentsOf(write, now))]
  const reply = await run('commit', () => runScript(COMMIT, [keys.epoch, keys.tags], args))
  if (reply[0] === 'committed') return reply[1]
  if (reply[0] === 'lost') throw connection.markDown(LOST_EPOCH)
  if (reply[0] === 'refused' || position === undefined || attempt === ATTEMPTS)
    return writes.map(() => 'refused')
  const moved = reply[1]
  const untouched = await untouchedBy(writes, await options.recordsBetween(position, moved))
  if (untouched.length === 0) return writes.map(() => 'refused')
  const outcomes = await commitSlice(options, { writes: untouched, position: moved, attempt: attempt + 1 })
  return writes.map((write) => outcomes[untouched.indexOf(write)] ?? 'refused')
}

/** Those writes that none of the records reaches. */
const untouchedBy = async (
  writes: readonly PendingWrite[],
  records: readonly LogRecord[] | undefined
): Promise<readonly PendingWrite[]> => {
  if (records === undefined) return []
  const reaches = reachOf(records)
  const untouched: PendingWrite[] = []
  for (const write of writes) {
    if (isSliceOver()) await nextSlice()
    if (!reaches(write.storeKey, write.entry.tags)) untouched.push(write)
  }
  return untouched
}

/** The next writes for one script call; one that is larger than a slice goes alone. */
const sliceFrom = (writes: readonly PendingWrite[], from: number): readonly PendingWrite[] => {
  let bytes = 0
  let tags = 0
  const end = writes.findIndex(({ entry }, at) => {
    if (at < from) return false
    bytes += entry.body.length
    tags += entry.tags.length
    return at > from && (at - from === SLICE.writes || bytes > SLICE.bytes || tags > SLICE.tags)
  })
  return writes.slice(from, end < 0 ? writes.length : end)
}

const argumentsOf = (
  { storeKey, entry, condition }: PendingWrite,
  now: number
): (string | number | Buffer)[] => [
  storeKey,
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
