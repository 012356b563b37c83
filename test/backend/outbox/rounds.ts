import { setTimeout as delay } from 'node:timers/promises'
import { seededRandom } from '../../../demo/origin/random.js'
import { compare } from './compare.js'
import type { Stage } from './stage.js'
import { WAYS, type Way } from './writers.js'

export interface RoundsReport {
  readonly writes: ReadonlyMap<Way, number>
  readonly compared: number
  readonly hits: number
  /** Rounds after which the backend's own answers were others than before. */
  readonly seen: number
  readonly stale: readonly string[]
}

export interface RoundsOptions {
  readonly stage: Stage
  /** In all; a round ends when there were as many. */
  readonly writes: number
  readonly seed: number
}

/** From the last commit of a round to the first comparison. */
export const AFTER_COMMIT_MS = 100
const MOST_PER_ROUND = 4

/** A few random writes, 100 ms, and every cached read beside the backend's own answer; again and again. */
export const runRounds = async ({ stage, writes, seed }: RoundsOptions): Promise<RoundsReport> => {
  const random = seededRandom(seed)
  const counts = new Map<Way, number>()
  const stale: string[] = []
  let { own, compared, hits } = await compare(stage, 0)
  let seen = 0
  let left = writes
  for (let round = 1; left > 0; round++) {
    const some = Math.min(left, 1 + Math.floor(random() * MOST_PER_ROUND))
    const written = await writeSome(stage, some, random)
    for (const { way } of written) counts.set(way, (counts.get(way) ?? 0) + 1)
    left -= some
    await delay(AFTER_COMMIT_MS)
    const found = await compare(stage, round)
    compared += found.compared
    hits += found.hits
    if ([...found.own].some(([read, text]) => own.get(read) !== text)) seen++
    own = found.own
    const what = written.map((each) => `${each.way}: ${each.what}`).join('; ')
    stale.push(...found.stale.map((each) => `${each} after ${what}`))
  }
  return { writes: counts, compared, hits, seen, stale }
}

interface Written {
  readonly way: Way
  readonly what: string
}

/** One after the other. Rejects when one fails. */
const writeSome = async (stage: Stage, count: number, random: () => number): Promise<readonly Written[]> => {
  const written: Written[] = []
  for (let at = 0; at < count; at++) {
    const way = pick(random)
    written.push({ way, what: await stage.writers.write(way, Math.floor(random() * 1_000_000)) })
  }
  return written
}

const pick = (random: () => number): Way => {
  const entries = Object.entries(WAYS) as [Way, number][]
  let left = random() * entries.reduce((sum, [, weight]) => sum + weight, 0)
  return entries.find(([, weight]) => (left -= weight) < 0)?.[0] ?? 'orm'
}
