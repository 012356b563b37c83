import { request } from 'undici'
import { commandsOf } from '../redis.js'
import type { Bench } from '../scenario.js'
import { onStage } from '../stage.js'
import { sidecarRedis } from '../subjects/index.js'
import { readsValue } from './control-entrants.js'
import { becomesHit, firstOf, PROFILE, readsThrough } from './entrant.js'

const HITS = 500

/**
 * How many commands Redis carries out for one hit through the proxy door and for one read of a value. What the
 * sidecar asks by itself now and then is less than one in a hundred hits and is rounded away.
 */
export const commandsPerHit = (
  bench: Bench,
  bodyBytes: number
): Promise<readonly { readonly name: string; readonly perHit: number }[]> =>
  onStage(bench, { bodyBytes, latencyMs: 0 }, async (stage) => {
    const counts = []
    for (const { name, prepare } of [readsThrough(sidecarRedis, [PROFILE]), readsValue('TCP')]) {
      const endpoint = await prepare(stage)
      const { path, headers } = firstOf(endpoint)
      await becomesHit(endpoint, stage.origin, bodyBytes)
      const redis = stage.redis.client()
      const before = total(await commandsOf(redis))
      for (let hit = 0; hit < HITS; hit++) {
        const { body } = await request(`${endpoint.url}${path}`, { headers })
        await body.dump()
      }
      const perHit = (total(await commandsOf(redis)) - before) / HITS
      counts.push({ name, perHit: Math.round(perHit * 50) / 50 })
    }
    return counts
  })

const total = (commands: ReadonlyMap<string, number>): number =>
  [...commands.values()].reduce((sum, calls) => sum + calls, 0)
