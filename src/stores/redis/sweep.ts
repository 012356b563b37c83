import type { RedisClient } from './connection/client.js'
import type { Run } from './connection/connection.js'
import type { RedisKeys } from './redis-keys.js'
import { parseTexts } from './scripts/replies.js'
import type { ScriptRunner } from './scripts/script-runner.js'
import { SWEEP_TAGS, TRIM_LOG } from './scripts/sweep.js'

export interface SweepOptions {
  readonly client: RedisClient
  readonly names: RedisKeys
  readonly scripts: ScriptRunner
  readonly run: Run
}

const TAGS_PER_CALL = 100
const MEMBERS_PER_TAG = 100
/** Far longer than a request to the origin may take: no commit comes with an older position. */
const RECORD_AGE_MS = 3_600_000

/** Removes what carries no expiry of its own once it is of no more use: index members and old records. */
export const createSweep = ({ client, names, scripts, run }: SweepOptions) => {
  const sweepTags = async (tags: readonly string[]): Promise<void> => {
    const args = [names.prefix, MEMBERS_PER_TAG, ...tags]
    const more = await run('sweep', async () => parseTexts(await scripts.run(SWEEP_TAGS, [names.tags], args)))
    if (more.length > 0) await sweepTags(more)
  }

  return async (): Promise<void> => {
    let cursor = '0'
    do {
      const [next, tags] = await run('sweep', () => client.sscan(names.tags, cursor, 'COUNT', TAGS_PER_CALL))
      cursor = next
      if (tags.length > 0) await sweepTags(tags)
    } while (cursor !== '0')
    await run('sweep', () => scripts.run(TRIM_LOG, [names.log], [RECORD_AGE_MS]))
  }
}
