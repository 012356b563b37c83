import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** What may wait on a connection: clients that pipeline at all send a few. */
export const MOST_WAITING = 10

/**
 * Works on one request of a connection at a time (RFC 9112 §9.3.2 asks for their order only). Answers to the others
 * would be made, and kept, for a caller who may not read the first one. A connection on which more than `MOST_WAITING`
 * requests wait is cut: Node reads all that are in a packet, wanted or not.
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
