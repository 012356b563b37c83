import type { Run } from './connection/connection.js'
import type { RedisKeys } from './scripts/redis-keys.js'
import type { RunScript } from './scripts/script.js'
import { SIZES } from './scripts/sizes.js'

export interface ReadSizesOptions {
  readonly keys: RedisKeys
  readonly runScript: RunScript
  readonly run: Run
}

/** One script call asks for this many. */
const SLICE = 250

/** How large what is stored is, without reading it. */
export const readSizes = async (
  { keys, runScript, run }: ReadSizesOptions,
  storeKeys: readonly string[]
): Promise<readonly number[]> => {
  const sizes: number[] = []
  for (let at = 0; at < storeKeys.length; at += SLICE) {
    const slice = storeKeys.slice(at, at + SLICE).map((storeKey) => keys.prefix + storeKey)
    sizes.push(...(await run('sizes', () => runScript(SIZES, slice, []))))
  }
  return sizes
}
