import type { Server, ServerResponse } from 'node:http'

/**
 * Lets a server close without cutting an answer, and soon. Node takes a connection for idle when its answer has
 * been handed over, sent or not, and would destroy it; and it looks only once, so that a connection whose answer
 * ends later would hold the server for as long as it may be kept. Returns what each response is to be given to.
 */
export const drainOnClose = (server: Server): ((response: ServerResponse) => void) => {
  const open = new Set<ServerResponse>()
  const closeIdleConnections = server.closeIdleConnections.bind(server)
  let isClosing = false

  server.closeIdleConnections = () => {
    isClosing = true
    const responses = [...open]
    for (const response of responses) if (!response.headersSent) response.shouldKeepAlive = false
    if (!responses.some((response) => response.writableEnded)) closeIdleConnections()
  }

  return (response) => {
    if (isClosing) response.shouldKeepAlive = false
    open.add(response)
    response.once('close', () => {
      open.delete(response)
      if (isClosing) server.closeIdleConnections()
    })
  }
}
