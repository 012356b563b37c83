import type { IncomingMessage, Server, ServerOptions } from 'node:http'
import type { Socket } from 'node:net'
import type { Connections } from './connections.js'

export type AnswerClientError = (error: NodeJS.ErrnoException, socket: Socket) => void

/** How often connections are looked at: limits are kept with this much delay, or a quarter of the limit. */
const LONGEST_CHECK_MS = 5000

const checkMs = (timeoutMs: number): number => Math.max(1, Math.min(timeoutMs / 4, LONGEST_CHECK_MS))

/** For the head of a request, and for a connection that sends nothing. Without a limit for the whole of a request. */
export const headLimits = (timeoutMs: number): ServerOptions => ({
  requestTimeout: 0,
  headersTimeout: timeoutMs,
  connectionsCheckingInterval: checkMs(timeoutMs)
})

/**
 * Ends a request whose caller pauses for too long in sending its body (408 where that can still be said) or in taking
 * its answer. Time in which the caller is not waited for does not count: while the origin works, or does not take the
 * body. Requests that are answered soon cost nothing: Node's timer of a socket is set only where a check finds one in
 * progress, and is unset by Node when the next request begins.
 */
export const limitPauses = (
  server: Server,
  connections: Connections,
  { timeoutMs, answerError }: { readonly timeoutMs: number; readonly answerError: AnswerClientError }
): void => {
  const checking = setInterval(() => {
    for (const socket of connections.sockets()) {
      if (!isTimed(socket) && connections.openOn(socket) !== undefined) socket.setTimeout(timeoutMs)
    }
  }, checkMs(timeoutMs)).unref()
  server.once('close', () => clearInterval(checking))

  // Node tells of a socket without activity; a large write of which the system has taken a part counts as activity.
  server.on('timeout', (socket: Socket) => {
    const { bytesRead, writableLength } = socket
    // After a stall of this process, timers run before what has happened meanwhile is read.
    setImmediate(() => {
      if (socket.destroyed) return
      if (socket.bytesRead === bytesRead && socket.writableLength === writableLength) judge(socket)
      else socket.setTimeout(timeoutMs)
    })
  })

  const judge = (socket: Socket): void => {
    const response = connections.openOn(socket)
    // A connection that was kept for further requests.
    if (response === undefined) socket.destroy()
    else if (socket.writableLength > 0) socket.destroy()
    else if (!isBodyAwaited(response.req)) socket.setTimeout(timeoutMs)
    else if (response.headersSent || connections.isBehindAnother(response)) socket.destroy()
    else answerError(new RequestTimeoutError(), socket)
  }

  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    // The head of a further request is late: the answers before it are not cut, and their end starts a limit again.
    const isLateHead = error.code === REQUEST_TIMEOUT && connections.openOn(socket) !== undefined
    if (!isLateHead) answerError(error, socket)
  })
}

const isTimed = ({ timeout = 0 }: Socket): boolean => timeout > 0

/** What has arrived and was not taken is not the caller's delay. */
const isBodyAwaited = ({ complete, readableLength }: IncomingMessage): boolean =>
  !complete && readableLength === 0

/** Node's own code for a head that is late. */
const REQUEST_TIMEOUT = 'ERR_HTTP_REQUEST_TIMEOUT'

class RequestTimeoutError extends Error {
  override readonly name = 'RequestTimeoutError'
  readonly code = REQUEST_TIMEOUT
}
