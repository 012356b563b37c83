import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/**
 * Lets a server close without cutting an answer, and soon. Node takes a connection for idle when its answer has
 * been handed over, sent or not, and would destroy it; and it looks only once, so that a connection whose answer
 * ends later would hold the server for as long as it may be kept. Returns what each response is to be given to:
 * while the server is open that is one look-up a request, and no listener.
 */
export const drainOnClose = (
  server: Server
): ((request: IncomingMessage, response: ServerResponse) => void) => {
  const latest = new Map<Socket, ServerResponse>()
  /** Those with another response behind them on the connection. */
  const overtaken = new Set<ServerResponse>()
  const closeIdleConnections = server.closeIdleConnections.bind(server)
  let isClosing = false

  const watch = (response: ServerResponse): void => {
    if (!response.headersSent && !overtaken.has(response)) response.shouldKeepAlive = false
    response.once('close', () => server.closeIdleConnections())
  }

  server.on('connection', (socket: Socket) => {
    socket.once('close', () => latest.delete(socket))
  })

  server.closeIdleConnections = () => {
    const open = [...overtaken, ...latest.values()].filter(({ closed }) => !closed)
    if (!isClosing) open.forEach(watch)
    isClosing = true
    if (!open.some(({ writableEnded }) => writableEnded)) closeIdleConnections()
  }

  return ({ socket }, response) => {
    const earlier = latest.get(socket)
    if (earlier?.closed === false) {
      overtaken.add(earlier)
      earlier.once('close', () => overtaken.delete(earlier))
    }
    latest.set(socket, response)
    if (isClosing) watch(response)
  }
}
