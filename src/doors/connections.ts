import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/**
 * The connections to a door and what is being answered on them. It costs a request one look-up, and no listener. A
 * response is open until the last byte of its answer has been handed to the system, or its connection is gone.
 */
export class Connections {
  /** Undefined before the first request. */
  readonly #latest = new Map<Socket, ServerResponse | undefined>()
  /** Open ones with another response behind them on the connection. */
  readonly #overtaken = new Set<ServerResponse>()

  /** A door may have several servers. */
  addServer(server: Server): void {
    server.on('connection', (socket: Socket) => {
      this.#latest.set(socket, undefined)
      socket.once('close', () => this.#forget(socket))
    })
  }

  /** To be called for every request as it arrives. */
  add({ socket }: IncomingMessage, response: ServerResponse): void {
    const earlier = this.#latest.get(socket)
    if (earlier === response) return
    if (earlier?.closed === false) {
      this.#overtaken.add(earlier)
      earlier.once('close', () => this.#overtaken.delete(earlier))
    }
    this.#latest.set(socket, response)
  }

  /** The latest response of a connection, if it is open: the earlier ones are closed before it. */
  openOn(socket: Socket): ServerResponse | undefined {
    const latest = this.#latest.get(socket)
    return latest?.closed === false ? latest : undefined
  }

  isOvertaken(response: ServerResponse): boolean {
    return this.#overtaken.has(response)
  }

  /** Whether other answers go before this one on its connection. */
  isBehindAnother({ req }: ServerResponse): boolean {
    return [...this.#overtaken].some((other) => other.req.socket === req.socket)
  }

  openResponses(): readonly ServerResponse[] {
    return [
      ...this.#overtaken,
      ...[...this.#latest.values()].filter((latest) => latest !== undefined)
    ].filter(({ closed }) => !closed)
  }

  sockets(): readonly Socket[] {
    return [...this.#latest.keys()]
  }

  /** Node closes only the first of the responses that were waiting on a connection. */
  #forget(socket: Socket): void {
    this.#latest.delete(socket)
    for (const response of this.#overtaken) {
      if (response.req.socket === socket) this.#overtaken.delete(response)
    }
  }
}
