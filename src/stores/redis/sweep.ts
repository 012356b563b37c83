import type { RedisClient } from './connection/client.js'
import type { Run } from './connection/connection.js'
import type { RedisKeys } from './scripts/redis-keys.js'
import type { RunScript } from './scripts/script.js'
import { SWEEP_TAGS, TRIM_LOG } from './scripts/sweep.js'

export interface SweepOptions {
  readonly client: RedisClient
  readonly keys: RedisKeys
  readonly runScript: RunScript
  readonly run: Run
}

const TAGS_PER_CALL = 100
const MEMBERS_PER_TAG = 100
/** Far longer than a request to the origin may take: no commit comes with an older position. */
const RECORD_AGE_MS = 3_600_000

/** Removes what carries no expiry of its own once it is of no more use: index members and old records. */
export const sweep = async (options: SweepOptions): Promise<void> => {
  const { client, keys, runScript, run } = options
  let cursor = '0'
  do {
    const [next, tags] = await run('sweep', () => client.sscan(keys.tags, cursor, 'COUNT', TAGS_PER_CALL))
    cursor = next
    if (tags.length > 0) await sweepTags(options, tags)
  } while (cursor !== '0')
  await run('sweep', () => runScript(TRIM_LOG, [keys.log], [RECORD_AGE_MS]))
}

const sweepTags = async (options: SweepOptions, tags: readonly string[]): Promise<void> => {
  const { keys, runScript, run } = options
  const more = await run('sweep', () =>
    runScript(SWEEP_TAGS, [keys.tags], [keys.prefix, MEMBERS_PER_TAG, ...tags])
  )
  if (more.length > 0) await sweepTags(options, more)
}
