import { setTimeout as pause } from 'node:timers/promises'
import type { RedisServer } from '../support/redis-server.js'

/** What happens to the server, in turn, for as long as the run lasts. */
const MISFORTUNES = [
  ['connections cut', (redis: RedisServer) => redis.cli('client', 'kill', 'type', 'normal')],
  [
    'frozen for a moment',
    async (redis: RedisServer) => {
      redis.freeze()
      await pause(150)
      redis.thaw()
    }
  ],
  [
    'killed and restarted empty',
    async (redis: RedisServer) => {
      await redis.kill()
      await pause(200)
      await redis.restart()
    }
  ],
  [
    'frozen for long',
    async (redis: RedisServer) => {
      redis.freeze()
      await pause(900)
      redis.thaw()
    }
  ],
  ['emptied', (redis: RedisServer) => redis.cli('flushall')],
  [
    'killed and restarted from an old snapshot',
    async (redis: RedisServer) => {
      await redis.cli('save')
      await pause(700)
      await redis.kill()
      await redis.restart({ keepData: true })
    }
  ]
] as const

/** Time to recover in between, so that there are hits and acknowledgements to look at. */
const QUIET_MS = 600

/** Returns how often each has happened. */
export const afflict = async (redis: RedisServer, isOver: () => boolean): Promise<Map<string, number>> => {
  const counts = new Map<string, number>()
  while (!isOver()) {
    for (const [name, strike] of MISFORTUNES) {
      await pause(QUIET_MS)
      if (isOver()) break
      await strike(redis)
      counts.set(name, (counts.get(name) ?? 0) + 1)
    }
  }
  return counts
}
