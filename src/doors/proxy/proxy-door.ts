import { valuesOf } from '../../http/fields.js'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { fastify, type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import type { Answer } from '../../cache/answer.js'
import type { Cache } from '../../cache/cache.js'
import type { CancelSignal } from '../../concurrency/cancellation.js'
import { type ServerFactory, clientErrorHandler } from '../server-factory.js'
import { badInput, ProblemError, refuse, sendProblemTo, toProblem } from '../problem.js'
import { createFieldFilter } from './forgeable-fields.js'
import { sendAnswer } from './send.js'
import { targetOf } from './request-head.js'
import { createResponseBatches } from './response-batches.js'
import type { Unread } from './unread.js'
import { uploadOf } from './upload.js'

export interface ProxyDoorOptions {
  readonly cache: Cache
  /** From the signal to stop on: each answer then ends its connection, so that callers move on while the door is open. */
  readonly isDraining: () => boolean
  /** Of those that a caller could forge, the ones that the ingress sets; lower case. */
  readonly trustedFields: readonly string[]
  readonly callers: ServerFactory
  readonly unread: Unread
  readonly loggerInstance: FastifyBaseLogger
}

/** Of a request's head, and of an answer's. Django's own limit is far lower, an ingress' often higher than Node's 16 KiB. */
export const MAX_HEADER_BYTES = 64 * 1024
/** As many as Node takes by itself; but it would leave out those beyond, and say nothing. */
const MAX_HEADER_FIELDS = 1000
/** Above the 60 s of common ingresses, so that they close idle connections and not this server. */
const KEEP_ALIVE_MS = 72_000

/**
 * The door in front of the whole origin. Fastify opens, logs and closes it; requests go to the cache before
 * Fastify reads them, because it refuses what an origin may well take (`%zz` in a path, other methods,
 * malformed media types) and because a hit should cost what the bare server costs.
 */
export const createProxyDoor = ({
  cache,
  isDraining,
  trustedFields,
  callers,
  unread,
  loggerInstance
}: ProxyDoorOptions): FastifyInstance => {
  const serverFactory = (): Server => {
    const server = callers.createServer(
      { maxHeaderSize: MAX_HEADER_BYTES, keepAliveTimeout: KEEP_ALIVE_MS },
      (request, response) => {
        if (isDraining()) response.shouldKeepAlive = false
        answer(request, response).catch((error: unknown) => fail(error, request, response))
      }
    )
    return server.on('connect', (_request: IncomingMessage, socket: Socket) => refuse(socket, TUNNELS))
  }

  const isDropped = createFieldFilter(trustedFields)
  const turnEnd = createResponseBatches()

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const room = isRead(request.method) ? unread.room(request.url ?? '/', response) : undefined
    if (room === undefined) return serve(request, response)
    const release = await room
    try {
      if (!response.destroyed) await serve(request, response)
    } finally {
      release()
    }
  }

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const end = turnEnd.wait()
    const found = await ask(request, response)
    turnEnd.hurry()
    await end
    const sent = sendAnswer(found, response, request.method === 'HEAD')
    if (found.kind === 'entry') unread.sent(request.url ?? '/', found.entry.body, response)
    return sent
  }

  const ask = (request: IncomingMessage, response: ServerResponse): Promise<Answer> => {
    const { method = 'GET', rawHeaders } = request
    checkHead(request)
    const { target, headers } = targetOf(request.url ?? '/', rawHeaders, isDropped)
    const body = hasBody(request) ? uploadOf(request, response) : undefined
    const onInterim = knowsInterim(request)
      ? (status: number, fields: readonly string[]): void => sendInterim(response, status, fields)
      : undefined
    if (isRead(method)) {
      return cache.read({ method, target, headers, body, onInterim, cancel: new Caller(response) })
    }
    return cache.write({ method, target, headers, body, onInterim })
  }

  const fail = (error: unknown, request: IncomingMessage, response: ServerResponse): void => {
    if (response.destroyed) return
    if (response.headersSent) {
      // The origin broke off: so does this answer, for the caller to see that it is not whole. The end of a connection
      // is the end of an answer to HTTP/1.0.
      if (request.httpVersionMinor === 0) request.socket.resetAndDestroy()
      else response.destroy()
      return
    }
    const problem = toProblem(error)
    if (!(error instanceof ProblemError)) {
      door.log.error(
        { err: error, ...traceOf(request) },
        'A request failed unexpectedly; please report this error'
      )
    }
    sendProblemTo(response, problem, undefined)
  }

  const door = fastify({
    loggerInstance,
    serverFactory,
    clientErrorHandler,
    logController: new LogController({ disableRequestLogging: true })
  })
  return door
}

const isRead = (method: string | undefined): method is 'GET' | 'HEAD' => method === 'GET' || method === 'HEAD'

/** Refuses what would be passed on as something else. Throws `ProblemError`. */
const checkHead = ({ headers, rawHeaders }: IncomingMessage): void => {
  if (rawHeaders.length > 2 * MAX_HEADER_FIELDS) {
    throw badInput('headers', `must be at most ${MAX_HEADER_FIELDS}`, 431)
  }
  const codings = headers['transfer-encoding']
  if (codings !== undefined && codings.toLowerCase() !== 'chunked') {
    // RFC 9112 §6.1. The body would go on without the coding's name.
    throw badInput('transfer-encoding', 'must be chunked and nothing else', 501)
  }
  if (headers.upgrade?.toLowerCase() === 'websocket') {
    throw badInput('upgrade', 'cannot be to a WebSocket: send those to the origin itself', 501)
  }
}

const TUNNELS = new ProblemError(501, 'CONNECT is not supported: this is no tunnel.')

/** RFC 9110 §15.2: an interim answer is not for HTTP/1.0. */
const knowsInterim = ({ httpVersionMinor }: IncomingMessage): boolean => httpVersionMinor > 0

/** RFC 9112 §6.3: only these two fields announce a body. */
const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0'

/** Has left when the connection is closed before the whole answer is sent. */
class Caller implements CancelSignal {
  readonly #response: ServerResponse

  constructor(response: ServerResponse) {
    this.#response = response
  }

  get isCancelled(): boolean {
    return this.#response.destroyed
  }

  onCancel(told: () => void): () => void {
    if (this.isCancelled) {
      told()
      return () => undefined
    }
    const closed = (): void => {
      if (!this.#response.writableFinished) told()
    }
    this.#response.once('close', closed)
    return () => this.#response.off('close', closed)
  }
}

/** RFC 9110 §15.2: interim answers are passed on, but for hints that Node refuses. It sends 100 by itself. */
const sendInterim = (response: ServerResponse, status: number, headers: readonly string[]): void => {
  if (response.headersSent || response.destroyed) return
  if (status === 102) response.writeProcessing()
  const links = valuesOf(headers, 'link')
  if (status !== 103 || links.length === 0) return
  try {
    response.writeEarlyHints({ link: links })
  } catch {
    // The final answer carries them too.
  }
}

const traceOf = ({ headers }: IncomingMessage): object => ({
  requestId: headers['x-request-id'],
  traceparent: headers['traceparent']
})
