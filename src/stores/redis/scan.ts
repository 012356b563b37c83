import { literalPrefix } from '../../cache/invalidate/glob.js'
import type { RedisAccess } from './redis-access.js'
import { REMOVE } from './scripts/entries.js'

/** Names looked at by one step of a scan. */
const COUNT = 1000

/**
 * All under the prefix whose name may match, without the prefix and a page at a time; never blocks Redis as KEYS does.
 * `match` is a pattern for Redis: see `atLeast`.
 */
export async function* scan(
  { client, keys, run }: RedisAccess,
  match: string
): AsyncGenerator<readonly string[]> {
  const pattern = `${escapeGlob(keys.prefix)}${match}`
  let cursor = '0'
  do {
    const [next, found] = await run('scan', () => client.scan(cursor, 'MATCH', pattern, 'COUNT', COUNT))
    cursor = next
    yield found.map((key) => key.slice(keys.prefix.length))
  } while (cursor !== '0')
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
