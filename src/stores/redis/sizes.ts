import type { Run } from './connection/connection.js'
import type { RedisKeys } from './redis-keys.js'
import { parseSizes } from './scripts/replies.js'
import type { ScriptRunner } from './scripts/script-runner.js'
import { script } from './scripts/scripts.js'

/** KEYS store keys. Bytes of each, 0 where nothing is. */
const SIZES = script(`
local sizes = {}
for i, key in ipairs(KEYS) do
  local size = redis.pcall('STRLEN', key)
  sizes[i] = type(size) == 'number' and size or 0
end
return sizes
`)

/** One script call asks for this many. */
const SLICE = 250

/** How large what is stored is, without reading it. */
export const createReadSizes =
  ({
    names,
    scripts,
    run
  }: {
    readonly names: RedisKeys
    readonly scripts: ScriptRunner
    readonly run: Run
  }) =>
  async (storeKeys: readonly string[]): Promise<readonly number[]> => {
    const sizes: number[] = []
    for (let at = 0; at < storeKeys.length; at += SLICE) {
      const keys = storeKeys.slice(at, at + SLICE).map(names.storeKey)
      sizes.push(...(await run('sizes', async () => parseSizes(await scripts.run(SIZES, keys, [])))))
    }
    return sizes
  }
