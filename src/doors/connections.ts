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
  readonly #overtaken = new Map<Socket, Set<ServerResponse>>()

  /** A door may have several servers. */
  addServer(server: Server): void {
    server.on('connection', (socket: Socket) => {
      this.#latest.set(socket, undefined)
      socket.once('close', () => this.#forget(socket))
    })
  }

  /** To be called for every request as it arrives. Returns the open response before it on its connection. */
  add({ socket }: IncomingMessage, response: ServerResponse): ServerResponse | undefined {
    const earlier = this.#latest.get(socket)
    if (earlier === response) return undefined
    this.#latest.set(socket, response)
    if (earlier?.closed !== false) return undefined
    const overtaken = this.#overtaken.get(socket) ?? new Set()
    this.#overtaken.set(socket, overtaken.add(earlier))
    earlier.once('close', () => {
      overtaken.delete(earlier)
      if (overtaken.size === 0) this.#overtaken.delete(socket)
    })
    return earlier
  }

  /** The latest response of a connection, if it is open: the earlier ones are closed before it. */
  openOn(socket: Socket): ServerResponse | undefined {
    const latest = this.#latest.get(socket)
    return latest?.closed === false ? latest : undefined
  }

  isOvertaken(response: ServerResponse): boolean {
    return this.#overtaken.get(response.req.socket)?.has(response) === true
  }

  /** Whether other answers go before this one on its connection. */
  isBehindAnother({ req }: ServerResponse): boolean {
    return this.#overtaken.has(req.socket)
  }

  openResponses(): readonly ServerResponse[] {
    return [
      ...[...this.#overtaken.values()].flatMap((overtaken) => [...overtaken]),
      ...[...this.#latest.values()].filter((latest) => latest !== undefined)
    ].filter(({ closed }) => !closed)
  }

  sockets(): readonly Socket[] {
    return [...this.#latest.keys()]
  }

  /** Node closes only the first of the responses that were waiting on a connection. */
  #forget(socket: Socket): void {
    this.#latest.delete(socket)
    this.#overtaken.delete(socket)
  }
}
