import { StoreUnavailableError } from '../../cache/errors.js'
import { type Entry, usableUntil } from '../../cache/entry.js'
import { isReached } from '../../cache/invalidation.js'
import type { Position } from '../../cache/position.js'
import type { Commit, CommitOutcome, Draft } from '../../cache/store.js'
import { encodeEntry } from '../entry-codec.js'
import type { Link } from './link.js'
import type { Names } from './names.js'
import { parseCommitted, parseInvalidation, parseTexts } from './replies.js'
import type { ScriptRunner } from './script-runner.js'
import { COMMIT } from './scripts.js'

export interface CommitterOptions {
  readonly names: Names
  readonly scripts: ScriptRunner
  readonly link: Link
  readonly now: () => number
}

/** How often a commit is tried while unrelated invalidations keep moving the position. */
const ATTEMPTS = 3
/** One script call stores at most this many drafts, so that Redis is not blocked for long. */
const SLICE = 50

/**
 * Stores drafts if nothing that was invalidated since their position reaches them. The script compares
 * positions only; when it has moved, the records between are matched here and the drafts that none reaches
 * are tried again at the new position, at which they are known to be good.
 */
export const createCommitter = ({ names, scripts, link, now }: CommitterOptions) => {
  const keys = [names.epoch, names.log, names.tags]

  const commitSlice = async (
    drafts: readonly Draft[],
    position: Position | undefined,
    attempt = 1
  ): Promise<readonly CommitOutcome[]> => {
    const args = [names.prefix, position ?? '', ...drafts.flatMap((draft) => argumentsOf(draft, now()))]
    const [kind, ...rest] = await link.run('commit', async () =>
      parseTexts(await scripts.run(COMMIT, keys, args))
    )
    if (kind === 'committed') return parseCommitted(rest)
    if (kind === 'lost') {
      link.suspect('Redis has lost the epoch')
      throw new StoreUnavailableError('Redis has lost the epoch')
    }
    const [moved, ...json] = rest
    if (kind !== 'moved' || moved === undefined || attempt === ATTEMPTS) return drafts.map(() => 'refused')
    const records = json.map(parseInvalidation)
    const untouched = drafts.filter((draft) => !isReached(records, draft.slot, draft.entry.tags))
    if (untouched.length === 0) return drafts.map(() => 'refused')
    const outcomes = await commitSlice(untouched, moved, attempt + 1)
    return drafts.map((draft) => outcomes[untouched.indexOf(draft)] ?? 'refused')
  }

  return async ({ drafts, position }: Commit): Promise<readonly CommitOutcome[]> => {
    const outcomes: CommitOutcome[] = []
    for (let at = 0; at < drafts.length; at += SLICE) {
      outcomes.push(...(await commitSlice(drafts.slice(at, at + SLICE), position)))
    }
    return outcomes
  }
}

const argumentsOf = ({ slot, entry, condition }: Draft, now: number): (string | number | Buffer)[] => [
  slot,
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
