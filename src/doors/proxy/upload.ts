import type { IncomingMessage, ServerResponse } from 'node:http'
import { PassThrough, type Readable } from 'node:stream'
import { IncompleteRequestError } from '../../http/body.js'

/** How long a caller may go on sending a body after its answer; that of nginx (`lingering_time`). */
const LINGER_MS = 30_000

/**
 * The body of a request, for the origin. An origin may answer before it has read it all and give up the rest: the
 * caller's connection then stays, and what is still sent on it is read and thrown away, because a connection closed
 * with something unread is reset, and the answer is lost with it (RFC 9112 §9.6).
 */
export const uploadOf = (response: ServerResponse): Readable => {
  const request = response.req
  const upload = new PassThrough()
  // The origin may not be reading it yet.
  upload.on('error', () => undefined)
  request.once('close', () => {
    if (!request.readableEnded) upload.destroy(new IncompleteRequestError())
  })
  upload.once('close', () => {
    if (upload.readableEnded || request.destroyed) return
    request.unpipe(upload).resume()
    response.once('finish', () => linger(request))
  })
  return request.pipe(upload)
}

const linger = (request: IncomingMessage): void => {
  if (request.complete) return
  const { socket } = request
  const timer = setTimeout(() => socket.destroy(), LINGER_MS).unref()
  const forget = (): void => clearTimeout(timer)
  request.once('end', forget)
  socket.once('close', forget)
}
