import { Agent } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Records } from './records.js'
import { type Pace, take } from './take.js'

export interface LoadOptions {
  readonly address: string
  readonly records: Records
  /** How many at a time, each with one request after another. */
  readonly readers: Readonly<Record<Pace, number>>
  /** Between two requests of one reader. */
  readonly pauseMs: number
}

export interface Load {
  readonly counts: { requests: number; writes: number; hits: number; left: number; bytes: number }
  /** What was wrong, with the request and the time. */
  readonly failures: readonly string[]
  /** Runs until the moment, in milliseconds of `performance`, and then to the ends of the requests under way. */
  runUntil(moment: number): Promise<void>
  stop(): void
}

/** A closed loop for each reader. */
export const createLoad = ({ address, records, readers, pauseMs }: LoadOptions): Load => {
  const counts = { requests: 0, writes: 0, hits: 0, left: 0, bytes: 0 }
  const failures: string[] = []
  const agent = new Agent({ keepAlive: true })
  const beganAt = performance.now()

  const once = async (pace: Pace): Promise<void> => {
    const shot = records.next()
    const wrongIn = records.expect(shot)
    counts.requests++
    if (shot.method === 'PUT') counts.writes++
    try {
      const taken = await take(address, shot, pace, pace === 'fast' ? agent : false)
      counts.bytes += taken.body.length
      if (String(taken.headers['cache-status']).includes('; hit')) counts.hits++
      if (taken.isCancelled) counts.left++
      else note(shot, pace, taken.isComplete ? wrongIn(taken) : `broken off after ${taken.body.length} bytes`)
    } catch (error) {
      note(shot, pace, `no answer: ${String(error)}`)
    }
  }

  const note = ({ method, path }: { method: string; path: string }, pace: Pace, wrong?: string): void => {
    if (wrong === undefined) return
    const seconds = ((performance.now() - beganAt) / 1000).toFixed(1)
    failures.push(`${method} ${path}, ${pace}, at ${seconds} s: ${wrong}`)
  }

  const runUntil = async (moment: number): Promise<void> => {
    const loop = async (pace: Pace): Promise<void> => {
      while (performance.now() < moment) {
        await once(pace)
        await sleep(pauseMs)
      }
    }
    const paces = Object.entries(readers) as readonly (readonly [Pace, number])[]
    await Promise.all(paces.flatMap(([pace, count]) => Array.from({ length: count }, () => loop(pace))))
  }

  return { counts, failures, runUntil, stop: () => agent.destroy() }
}
