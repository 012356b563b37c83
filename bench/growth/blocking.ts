import { setTimeout } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { COMMIT } from '../../src/stores/redis/commit.js'
import { INVALIDATE } from '../../src/stores/redis/scripts/invalidate.js'
import { percentile } from '../load/statistics.js'
import type { RedisServer } from '../../test/support/redis-server.js'

export interface Blocking {
  /** Of the whole work. */
  readonly totalMs: number
  /** Longest time that Redis spent on one command, during which it serves nobody else. */
  readonly longestCommandMs: number
  /** Its name. */
  readonly command: string
  /** Of the commands above 0.1 ms, 99 % took at most this long; the longest ones also have what else the machine did. */
  readonly p99CommandMs: number
  /** Longest wait of another client that sends PING every millisecond; with what the machine adds. */
  readonly longestPingMs: number
}

/** Does the work, and sees how long Redis was blocked by it. */
export const whileWatching = async (server: RedisServer, work: () => Promise<void>): Promise<Blocking> => {
  const log = server.client()
  await log.config('SET', 'slowlog-log-slower-than', '100')
  await log.config('SET', 'slowlog-max-len', '100000')
  await log.slowlog('RESET')
  const pings = pingUntilStopped(server.client())
  const startedAt = performance.now()
  try {
    await work()
  } finally {
    pings.stop()
  }
  const totalMs = performance.now() - startedAt
  const slow = slowOnes(await log.slowlog('GET', -1))
  log.disconnect()
  const times = slow.map(({ microseconds }) => microseconds)
  const slowest = slow.at(-1)
  return {
    totalMs,
    longestPingMs: await pings.longestMs,
    longestCommandMs: (slowest?.microseconds ?? 0) / 1000,
    p99CommandMs: (percentile(times, 0.99) || 0) / 1000,
    command: slowest?.command ?? 'none above 0.1 ms'
  }
}

const pingUntilStopped = (client: Redis) => {
  let isStopped = false
  const ping = async (): Promise<number> => {
    let longestMs = 0
    while (!isStopped) {
      const sentAt = performance.now()
      await client.ping()
      longestMs = Math.max(longestMs, performance.now() - sentAt)
      await setTimeout(1)
    }
    client.disconnect()
    return longestMs
  }
  return { longestMs: ping(), stop: () => (isStopped = true) }
}

interface Slow {
  readonly microseconds: number
  readonly command: string
}

/** The commands of the log, the fastest first. An entry: id, time, microseconds, arguments, client. */
const slowOnes = (log: unknown): readonly Slow[] =>
  listOf(log)
    .map((entry) => {
      const [, , microseconds, command] = listOf(entry)
      return { microseconds: Number(microseconds), command: nameOf(command) }
    })
    .filter(({ command }) => !OWN.has(command))
    .toSorted((one, other) => one.microseconds - other.microseconds)

/** What the watching itself asks of Redis. */
const OWN = new Set(['CONFIG', 'SLOWLOG'])

const SCRIPTS = new Map([
  [COMMIT.sha, 'script COMMIT'],
  [INVALIDATE.sha, 'script INVALIDATE']
])

const nameOf = (command: unknown): string => {
  const [name, first] = listOf(command)
  return SCRIPTS.get(String(first)) ?? String(name).toUpperCase()
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
