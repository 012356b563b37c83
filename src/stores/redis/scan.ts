import { literalPrefix } from '../../cache/invalidate/glob.js'
import type { RedisAccess } from './redis-access.js'
import { REMOVE } from './scripts/entries.js'

/** Names looked at by one step of a scan. */
const COUNT = 1000

/**
 * All under the prefix whose name may match, without the prefix and a page at a time; never blocks Redis as KEYS does.
 * `match` is a pattern for Redis: see `atLeast`.
 */
export async function* scan(redis: RedisAccess, match: string): AsyncGenerator<readonly string[]> {
  let cursor = '0'
  do {
    const { next, found } = await scanStep(redis, { cursor, match: '', pattern: match, count: COUNT })
    cursor = next
    yield found
  } while (cursor !== '0')
}

interface ScanStep {
  readonly cursor: string
  /** What the names begin with. */
  readonly match: string
  /** A pattern for what comes then. */
  readonly pattern: string
  /** Names to be looked at. */
  readonly count: number
}

/** One step: the names without the prefix, and the cursor of the next step, `0` after the last one. */
export const scanStep = async (
  { client, keys, run }: RedisAccess,
  { cursor, match, pattern, count }: ScanStep
): Promise<{ readonly next: string; readonly found: readonly string[] }> => {
  const names = `${escapeGlob(keys.prefix + match)}${pattern}`
  const [next, found] = await run('scan', () => client.scan(cursor, 'MATCH', names, 'COUNT', count))
  return { next, found: found.map((key) => key.slice(keys.prefix.length)) }
}

/** Returns how many of them were entries. */
export const removeEntries = async (
  { keys, run, runScript }: RedisAccess,
  storeKeys: readonly string[]
): Promise<number> => {
  if (storeKeys.length === 0) return 0
  const names = storeKeys.map((storeKey) => keys.prefix + storeKey)
  return run('unlink', () => runScript(REMOVE, names, []))
}

/**
 * A pattern for Redis that matches at least the same. Its own matcher takes exponential time in the number of
 * stars, so it gets two; and no sets, whose order beyond ASCII depends on the machine it was compiled for.
 */
export const atLeast = (pattern: string): string =>
  pattern.includes('[') || (pattern.match(/\*/g) ?? []).length > 2 ? `${literalPrefix(pattern)}*` : pattern

const escapeGlob = (text: string): string => text.replace(/[*?[\]\\]/g, '\\$&')
