import type { Server, ServerResponse } from 'node:http'
import type { Connections } from './connections.js'

/** How long a request may take to arrive that was on its way when the door closed; then its connection is closed. */
const GRACE_MS = 500

/**
 * Lets the servers of a door close without cutting an answer, and soon. Node takes a connection for idle when its answer
 * has been handed over, sent or not, and would destroy it; it looks only once, so that a connection whose answer ends
 * later would hold the server for as long as it may be kept; and it waits for a request that has not begun, or not
 * arrived in full, for as long as the caller likes.
 */
export class Drain {
  readonly #connections: Connections
  readonly #closeIdle: (() => void)[] = []
  #isClosing = false
  #isGraceOver = false

  constructor(connections: Connections) {
    this.#connections = connections
  }

  /** Node and Fastify close idle connections when they close a server. */
  addServer(server: Server): void {
    this.#closeIdle.push(server.closeIdleConnections.bind(server))
    server.closeIdleConnections = () => this.#close()
  }

  #close(): void {
    const open = this.#connections.openResponses()
    if (!this.#isClosing) {
      this.#isClosing = true
      this.#connections.watchNew((response) => this.#watch(response))
      open.forEach((response) => this.#watch(response))
      setTimeout(() => {
        this.#isGraceOver = true
        this.#closeUnanswered()
      }, GRACE_MS).unref()
    }
    if (!open.some(({ writableEnded }) => writableEnded)) this.#closeIdle.forEach((close) => close())
    if (this.#isGraceOver) this.#closeUnanswered()
  }

  #watch(response: ServerResponse): void {
    if (!response.headersSent && !this.#connections.isOvertaken(response)) response.shouldKeepAlive = false
    response.once('close', () => this.#close())
  }

  /** Closes connections that have sent nothing, or only a part of a head. */
  #closeUnanswered(): void {
    for (const socket of this.#connections.sockets()) {
      if (this.#connections.openOn(socket) === undefined) socket.destroy()
    }
  }
}
