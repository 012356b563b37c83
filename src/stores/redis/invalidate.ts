import { literalPrefix, matchesAny } from '../../cache/invalidate/glob.js'
import { asRecord, type Invalidation } from '../../cache/invalidate/invalidation.js'
import type { Observer } from '../../cache/observer.js'
import { epochOf } from '../../cache/position.js'
import { type CarriedOut, nameIn } from '../../cache/store.js'
import { createKeyedMutex } from '../../concurrency/keyed-mutex.js'
import type { RedisClient } from './connection/client.js'
import type { Run } from './connection/connection.js'
import type { RedisKeys } from './redis-keys.js'
import { parseOpening, parseRemoval } from './scripts/replies.js'
import type { ScriptRunner } from './scripts/script-runner.js'
import { INVALIDATE, OPEN } from './scripts/scripts.js'

export interface RedisInvalidateOptions {
  readonly client: RedisClient
  readonly names: RedisKeys
  readonly scripts: ScriptRunner
  readonly randomEpoch: () => string
  readonly observer: Observer
}

/** Entries removed by one script call: about a millisecond of Redis' time. */
const SLICE = 1000
/** Keys, and as many tags, looked at by one script call: each key is three names, so that this takes as long. */
const NAMES = 200
const SCAN_COUNT = 1000
/** More patterns than this are looked for in one scan, which then fetches every name. */
const SCANS = 4

/**
 * Carries out invalidations. When `remove` has resolved, no entry that it names is readable and a record
 * refuses the fills that were under way; when it has rejected, it may have happened in part, and is to be
 * repeated as a whole.
 */
export const createRedisInvalidate = ({
  client,
  names,
  scripts,
  randomEpoch,
  observer
}: RedisInvalidateOptions) => {
  /** Removes keys and tagged entries; with a record, also appends it in the same step as the last of them. */
  const removeSlice = async (run: Run, { keys, tags }: Named, record: string) => {
    const args = [names.prefix, randomEpoch(), record, SLICE, keys.length, ...keys, ...tags]
    const scriptKeys = [names.epoch, names.log, names.server, names.tags]
    for (let removed = 0; ;) {
      const work = async () => parseRemoval(await scripts.run(INVALIDATE, scriptKeys, args))
      const [kind, count, id = '', epochReason = ''] = await run('invalidate', work)
      removed += count
      if (epochReason !== '') observer.epochBegan({ reason: epochReason })
      if (kind !== 'more') return { removed, id, isEpochNew: epochReason !== '' }
    }
  }

  /**
   * The record goes with the first of many names, and the others are removed after it: were it the other way round,
   * a fill under way could bring back an entry of the first before the record refuses it.
   */
  const removeNamed = async (run: Run, named: Named, record: string) => {
    const first = await removeSlice(run, sliceOf(named, 0), record)
    let { removed, isEpochNew } = first
    const most = Math.max(named.keys.length, named.tags.length)
    for (let from = NAMES; from < most && !isEpochNew; from += NAMES) {
      const slice = await removeSlice(run, sliceOf(named, from), '')
      removed += slice.removed
      isEpochNew = slice.isEpochNew
    }
    return { removed, id: first.id, isEpochNew }
  }

  /** Visits every store key and tag index whose name may match, a page at a time; never blocks Redis as KEYS does. */
  const scan = async (run: Run, match: string, visit: (names: string[]) => Promise<void>): Promise<void> => {
    let cursor = '0'
    do {
      const [next, keys] = await run('scan', () => client.scan(cursor, 'MATCH', match, 'COUNT', SCAN_COUNT))
      cursor = next
      if (keys.length > 0) await visit(keys.map((key) => key.slice(names.prefix.length)))
    } while (cursor !== '0')
  }

  const unlink = async (run: Run, storeKeys: readonly string[]): Promise<number> => {
    if (storeKeys.length === 0) return 0
    return run('unlink', () => client.unlink(storeKeys.map((storeKey) => names.storeKey(storeKey))))
  }

  const removeMatching = async (run: Run, patterns: readonly string[], match: string): Promise<number> => {
    let removed = 0
    await scan(run, `${escapeGlob(names.prefix)}*${match}`, async (found) => {
      const tags: string[] = []
      const storeKeys: string[] = []
      for (const name of found) {
        const isTag = name.startsWith(TAG_INDEX)
        const text = isTag ? name.slice(TAG_INDEX.length) : nameIn(name)
        if (text === undefined || !(await matchesAny(patterns, text))) continue
        if (isTag) tags.push(text)
        else storeKeys.push(name)
      }
      if (tags.length > 0) removed += (await removeNamed(run, { keys: [], tags }, '')).removed
      removed += await unlink(run, storeKeys)
    })
    return removed
  }

  const removeAnyMatching = async (run: Run, patterns: readonly string[]): Promise<number> => {
    if (patterns.length > SCANS) return removeMatching(run, patterns, '*')
    let removed = 0
    for (const pattern of patterns) removed += await removeMatching(run, [pattern], narrow(pattern))
    return removed
  }

  const remove = async (run: Run, invalidation: Invalidation): Promise<CarriedOut> => {
    const { patterns } = invalidation
    const { removed, id, isEpochNew } = await removeNamed(
      run,
      invalidation,
      JSON.stringify(asRecord(invalidation))
    )
    if (patterns.length === 0 || isEpochNew) return { outcome: 'done', id, removed }
    // The record is in the log by now: what a scan does not see was either stored after it, or is refused.
    const matching = await removeAnyMatching(run, patterns)
    // Tag indexes may have been evicted while it scanned: this looks for that once more.
    await removeNamed(run, { keys: [], tags: [] }, '')
    return { outcome: 'done', id, removed: removed + matching }
  }

  /** A new epoch makes everything unreadable at once; the entries are then removed for their memory. */
  const removeAll = async (run: Run): Promise<CarriedOut> => {
    const reason = 'everything-invalidated'
    const args = [names.prefix, randomEpoch(), reason]
    const keys = [names.epoch, names.log, names.server, names.tags]
    const work = async () => parseOpening(await scripts.run(OPEN, keys, args))
    const [kind, position = ''] = await run('invalidate', work)
    if (kind !== 'begun') throw new Error(`no new epoch could be begun: ${kind}`)
    observer.epochBegan({ reason })
    let removed = 0
    const removing = scan(run, `${escapeGlob(names.prefix)}*`, async (found) => {
      removed += await unlink(run, found.filter(isEntry))
    })
    // What is not removed now expires, unreadable.
    await removing.catch(() => undefined)
    return { outcome: 'done', id: position.slice(epochOf(position).length + 1), removed }
  }

  /** Those of many names take turns: between two of their scripts there is room for what others ask of Redis. */
  const inTurn = createKeyedMutex()
  const isLong = ({ keys, tags, patterns }: Invalidation): boolean =>
    keys.length > NAMES || tags.length > NAMES || patterns.length > SCANS

  const removeInTurn = (run: Run, invalidation: Invalidation): Promise<CarriedOut> =>
    isLong(invalidation) ? inTurn('long', () => remove(run, invalidation)) : remove(run, invalidation)

  return {
    remove: (run: Run, invalidation: Invalidation): Promise<CarriedOut> =>
      invalidation.all ? removeAll(run) : removeInTurn(run, invalidation)
  }
}

type Named = Pick<Invalidation, 'keys' | 'tags'>

const sliceOf = ({ keys, tags }: Named, from: number): Named => ({
  keys: keys.slice(from, from + NAMES),
  tags: tags.slice(from, from + NAMES)
})

const TAG_INDEX = '@tag:'

/** Tag indexes stay: they may already name entries of the new epoch. The sweep empties them. */
const isEntry = (name: string): boolean => !name.startsWith('@') || /^@(value|proof):/.test(name)

const escapeGlob = (text: string): string => text.replace(/[*?[\]\\]/g, '\\$&')

/**
 * A pattern for Redis that matches at least the same. Its own matcher takes exponential time in the number of
 * stars, so it gets two; and no sets, whose order beyond ASCII depends on the machine it was compiled for.
 */
const narrow = (pattern: string): string =>
  pattern.includes('[') || (pattern.match(/\*/g) ?? []).length > 2 ? `${literalPrefix(pattern)}*` : pattern
