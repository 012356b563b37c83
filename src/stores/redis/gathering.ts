import type { RedisClient } from './client.js'

/**
 * Sends what is asked of Redis in one turn of the event loop by one system call, which is most of the cost of a
 * command: requests that came in together are looked up together. Call it before a command.
 */
export const createGathering = (client: RedisClient): (() => void) => {
  let isGathering = false
  return () => {
    if (isGathering) return
    isGathering = true
    const { stream } = client
    stream.cork()
    // After the sockets of this turn have been read, and before the next turn.
    setImmediate(() => {
      isGathering = false
      stream.uncork()
    })
  }
}
