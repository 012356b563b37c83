import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** So many requests may wait on a connection: clients that pipeline at all send a few. */
export const MOST_WAITING = 10

/**
 * Works on one request of a connection at a time, where RFC 9112 §9.3.2 asks only that the answers keep the order.
 * Otherwise later answers would be made and kept in memory for a caller who may never read the first one. A connection
 * on which more than `MOST_WAITING` requests wait is cut, because Node parses all that a packet holds.
 */
export class Pipeline {
  readonly #waiting = new WeakMap<Socket, number>()

  /** Runs `work` when the earlier response is closed, and never on a connection that is gone. */
  wait(socket: Socket, earlier: ServerResponse, work: () => void): void {
    const waiting = (this.#waiting.get(socket) ?? 0) + 1
    this.#waiting.set(socket, waiting)
    if (waiting > MOST_WAITING) {
      socket.destroy()
      return
    }
    earlier.once('close', () => {
      this.#waiting.set(socket, (this.#waiting.get(socket) ?? 1) - 1)
      if (!socket.destroyed) work()
    })
  }
}
