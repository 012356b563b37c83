import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** So many requests may wait on a connection: clients that pipeline at all send a few. */
export const MOST_WAITING = 10

/**
 * The connections to a door and what is being answered on them. It costs a request one look-up, and no listener. A
 * response is open until the last byte of its answer has been handed to the system, or its connection is gone.
 *
 * One request of a connection is worked on at a time, where RFC 9112 §9.3.2 asks only that the answers keep the order.
 * Otherwise later answers would be made and kept in memory for a caller who may never read the first one. A connection
 * on which more than `MOST_WAITING` requests wait is cut, because Node parses all that a packet holds.
 */
export class Connections {
  /** Undefined before the first request. */
  readonly #latest = new Map<Socket, ServerResponse | undefined>()
  /** Open responses that have a later one on the same connection. */
  readonly #overtaken = new Map<Socket, Set<ServerResponse>>()
  readonly #waiting = new WeakMap<Socket, number>()
  #watchNew: ((response: ServerResponse) => void) | undefined

  /** A door may have several servers. */
  addServer(server: Server): void {
    server.on('connection', (socket: Socket) => {
      this.#latest.set(socket, undefined)
      socket.once('close', () => this.#forget(socket))
    })
  }

  /** Registers every request as it arrives, and calls the listener when the earlier ones of its connection are answered. */
  inTurn(listener: RequestListener): RequestListener {
    return (request, response) => {
      // Node parses the rest of a packet although the connection has been cut, see `MOST_WAITING`.
      if (request.socket.destroyed) return
      const earlier = this.#add(request, response)
      this.#watchNew?.(response)
      if (earlier === undefined) listener(request, response)
      else this.#wait(request.socket, earlier, () => listener(request, response))
    }
  }

  /** From now on `watch` is called for the response of each request that arrives, before it is worked on. */
  watchNew(watch: (response: ServerResponse) => void): void {
    this.#watchNew = watch
  }

  /** The open response before this one on its connection. */
  #add({ socket }: IncomingMessage, response: ServerResponse): ServerResponse | undefined {
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

  /** Runs `work` when the earlier response is closed, and never on a connection that is gone. */
  #wait(socket: Socket, earlier: ServerResponse, work: () => void): void {
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

  /** Ends all connections. Returns how many responses were open. */
  cut(): number {
    const { length } = this.openResponses()
    for (const socket of this.sockets()) socket.destroy()
    return length
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
