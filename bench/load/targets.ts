import type { Measured, Target } from '../scenario.js'
import { summarise } from './statistics.js'

interface Limit {
  readonly limit: number
  /** In place of `below` and the limit. */
  readonly aim?: string
}

/** That the median of the rounds is less than a limit. */
export const below = (
  what: string,
  { limit, aim = `below ${limit}` }: Limit,
  rounds: readonly number[]
): Target => {
  const measured = summarise(rounds)
  return { what, aim, measured, isReached: measured.median < limit }
}

/** That the greatest count of the rounds is this one. */
export const exactly = (what: string, count: number, rounds: readonly number[]): Target => {
  const measured = Math.max(...rounds)
  return { what, aim: `${count}`, measured, isReached: measured === count }
}

/** That a median is no more than a limit. */
export const atMost = (what: string, limit: number, measured: Measured): Target => ({
  what,
  aim: `at most ${limit}`,
  measured,
  isReached: measured.median <= limit
})
