import { literalPrefix } from '../../cache/invalidate/glob.js'
import type { Redis } from './asking.js'

const COUNT = 1000

/**
 * Visits all under the prefix whose name may match, without the prefix and a page at a time; never blocks Redis as KEYS
 * does. `match` is a pattern for Redis: see `atLeast`.
 */
export const scan = async (
  { client, keys, run }: Redis,
  match: string,
  visit: (names: readonly string[]) => Promise<void>
): Promise<void> => {
  const pattern = `${escapeGlob(keys.prefix)}${match}`
  let cursor = '0'
  do {
    const [next, found] = await run('scan', () => client.scan(cursor, 'MATCH', pattern, 'COUNT', COUNT))
    cursor = next
    if (found.length > 0) await visit(found.map((key) => key.slice(keys.prefix.length)))
  } while (cursor !== '0')
}

/** Returns how many of them there were. */
export const unlink = async ({ client, keys, run }: Redis, storeKeys: readonly string[]): Promise<number> => {
  if (storeKeys.length === 0) return 0
  return run('unlink', () => client.unlink(storeKeys.map((storeKey) => keys.prefix + storeKey)))
}

const escapeGlob = (text: string): string => text.replace(/[*?[\]\\]/g, '\\$&')

/**
 * A pattern for Redis that matches at least the same. Its own matcher takes exponential time in the number of
 * stars, so it gets two; and no sets, whose order beyond ASCII depends on the machine it was compiled for.
 */
export const atLeast = (pattern: string): string =>
  pattern.includes('[') || (pattern.match(/\*/g) ?? []).length > 2 ? `${literalPrefix(pattern)}*` : pattern
