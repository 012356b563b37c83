import { type StoreFault, StoreUnavailableError } from '../../cache/errors.js'
import { type Entry, usableUntil } from '../../cache/entry.js'
import { reachOf } from '../../cache/invalidate/invalidation.js'
import type { Position } from '../../cache/position.js'
import { isSliceOver, nextSlice } from '../../concurrency/time-slices.js'
import type { Commit, CommitOutcome, PendingWrite } from '../../cache/store.js'
import { encodeEntry } from '../entry-codec.js'
import type { RedisConnection } from './connection/connection.js'
import type { ReadRecords } from './records.js'
import type { RedisKeys } from './redis-keys.js'
import { parseCommitted, parseTexts } from './scripts/replies.js'
import type { ScriptRunner } from './scripts/script-runner.js'
import { COMMIT } from './scripts/scripts.js'

export interface CommitOptions {
  readonly names: RedisKeys
  readonly scripts: ScriptRunner
  readonly connection: RedisConnection
  readonly readRecords: ReadRecords
  readonly now: () => number
}

export const LOST_EPOCH: StoreFault = { kind: 'lost-epoch', message: 'Redis has lost the epoch' }

/** How often a commit is tried while unrelated invalidations keep moving the position. */
const ATTEMPTS = 3
/** One script call stores no more drafts, and no more bytes and tags of them, so that Redis is not blocked for long. */
const SLICE = { drafts: 50, bytes: 512 * 1024, tags: 500 }

/**
 * Stores drafts if nothing that was invalidated since their position reaches them. The script compares
 * positions only; when it has moved, the records between are matched here and the drafts that none reaches
 * are tried again at the new position, at which they are known to be good.
 */
export const createCommit = ({ names, scripts, connection, readRecords, now }: CommitOptions) => {
  const keys = [names.epoch, names.tags]

  const commitSlice = async (
    drafts: readonly PendingWrite[],
    position: Position | undefined,
    attempt = 1
  ): Promise<readonly CommitOutcome[]> => {
    const args = [names.prefix, position ?? '', ...drafts.flatMap((draft) => argumentsOf(draft, now()))]
    const [kind, ...rest] = await connection.run('commit', async () =>
      parseTexts(await scripts.run(COMMIT, keys, args))
    )
    if (kind === 'committed') return parseCommitted(rest)
    if (kind === 'lost') {
      connection.markDown(LOST_EPOCH)
      throw new StoreUnavailableError(LOST_EPOCH.message, LOST_EPOCH)
    }
    const [moved] = rest
    if (position === undefined || moved === undefined || attempt === ATTEMPTS)
      return drafts.map(() => 'refused')
    const untouched = await untouchedBetween(drafts, position, moved)
    if (untouched.length === 0) return drafts.map(() => 'refused')
    const outcomes = await commitSlice(untouched, moved, attempt + 1)
    return drafts.map((draft) => outcomes[untouched.indexOf(draft)] ?? 'refused')
  }

  /** Those drafts that nothing between the positions reaches. */
  const untouchedBetween = async (
    drafts: readonly PendingWrite[],
    position: Position,
    moved: Position
  ): Promise<readonly PendingWrite[]> => {
    const records = await readRecords(position, moved)
    if (records === undefined) return []
    const reaches = reachOf(records)
    const untouched: PendingWrite[] = []
    for (const draft of drafts) {
      if (isSliceOver()) await nextSlice()
      if (!reaches(draft.storeKey, draft.entry.tags)) untouched.push(draft)
    }
    return untouched
  }

  return async ({ drafts, position }: Commit): Promise<readonly CommitOutcome[]> => {
    const outcomes: CommitOutcome[] = []
    for (let at = 0; at < drafts.length;) {
      if (isSliceOver()) await nextSlice()
      const slice = sliceFrom(drafts, at)
      outcomes.push(...(await commitSlice(slice, position)))
      at += slice.length
    }
    return outcomes
  }
}

/** The next drafts for one script call; one that is larger than a slice goes alone. */
const sliceFrom = (drafts: readonly PendingWrite[], from: number): readonly PendingWrite[] => {
  let bytes = 0
  let tags = 0
  const end = drafts.findIndex(({ entry }, at) => {
    if (at < from) return false
    bytes += entry.body.length
    tags += entry.tags.length
    return at > from && (at - from === SLICE.drafts || bytes > SLICE.bytes || tags > SLICE.tags)
  })
  return drafts.slice(from, end < 0 ? drafts.length : end)
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
