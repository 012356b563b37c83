import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { fastify, type FastifyInstance } from 'fastify'
import type { Answer } from '../../cache/answer.js'
import type { Cache } from '../../cache/cache.js'
import type { CancelSignal } from '../../concurrency/cancellation.js'
import { valuesOf, withoutHopByHop } from '../../http/fields.js'
import { ProblemError, refuse, sendProblemTo } from '../problem.js'
import { type DoorParts, fastifyOptions, KEEP_ALIVE_MS } from '../server-factory.js'
import { toProblem } from '../to-problem.js'
import { createFieldFilter, type FieldFilter, readHead, uploadOf } from './request-head.js'
import { createResponseBatches, type ResponseBatches, sendAnswer } from './send.js'
import { LARGE_BYTES, type Unread } from './unread.js'

interface ProxyDoorOptions extends DoorParts {
  readonly cache: Cache
  /** From the signal to stop on: each answer then ends its connection, so that callers move on while the door is open. */
  readonly state: { readonly isDraining: boolean }
  /** Of those that a caller could forge, the ones that the ingress sets; lower case. */
  readonly trustedFields: readonly string[]
  readonly unread: Unread
  /** Milliseconds of a clock that does not step back. */
  readonly now: () => number
}

/** Of a request's head, and of an answer's. Django's own limit is far lower, an ingress' often higher than Node's 16 KiB. */
export const MAX_HEADER_BYTES = 64 * 1024

/**
 * The door in front of the whole origin. Fastify opens, logs and closes it; requests go to the cache before
 * Fastify reads them, because it refuses what an origin may well take (`%zz` in a path, other methods,
 * malformed media types) and because a hit should cost what the bare server costs.
 */
export const createProxyDoor = (options: ProxyDoorOptions): FastifyInstance => {
  const parts: ProxyParts = {
    ...options,
    isDropped: createFieldFilter(options.trustedFields),
    batches: createResponseBatches(options.now)
  }
  return fastify({ ...fastifyOptions(options), serverFactory: () => createProxyServer(parts) })
}

/** What a request needs of its door. */
interface ProxyParts extends ProxyDoorOptions {
  readonly isDropped: FieldFilter
  readonly batches: ResponseBatches
}

const createProxyServer = (door: ProxyParts): Server =>
  door.serverFactory
    .createServer(
      { maxHeaderSize: MAX_HEADER_BYTES, keepAliveTimeout: KEEP_ALIVE_MS },
      (_request, response) => {
        if (door.state.isDraining) response.shouldKeepAlive = false
        answer(door, response).catch((error: unknown) => fail(door, error, response))
      }
    )
    .on('connect', (_request: IncomingMessage, socket: Socket) => refuse(socket, TUNNELS))

/** Answers at once, or when callers who do not read leave room for one more answer. */
const answer = (door: ProxyParts, response: ServerResponse): Promise<void> =>
  door.unread.mayWait && isReadMethod(response.req.method)
    ? answerWhenRoom(door, response)
    : answerNow(door, response)

const answerWhenRoom = async (door: ProxyParts, response: ServerResponse): Promise<void> => {
  const room = door.unread.room(response.req.url ?? '/', response)
  if (room === undefined) return answerNow(door, response)
  const release = await room
  try {
    if (!response.destroyed) await answerNow(door, response)
  } finally {
    release()
  }
}

const answerNow = async (door: ProxyParts, response: ServerResponse): Promise<void> => {
  const { batches, unread } = door
  const sendTurn = batches.join()
  const found = await ask(door, response)
  batches.releaseLate()
  await sendTurn
  const sent = sendAnswer(found, response)
  if (found.kind === 'entry') {
    const { body } = found
    // Most are small and taken at once: those hold no memory and tell nothing of their target.
    const isTaken = response.writableEnded && response.writableLength === 0
    if (!isTaken || body.length >= LARGE_BYTES) unread.sent(response.req.url ?? '/', body, response)
  }
  return sent
}

/** Throws the problem of a head that is refused. */
const ask = (door: ProxyParts, response: ServerResponse): Promise<Answer> => {
  const request = response.req
  const { method = 'GET' } = request
  const { target, headers } = readHead(request, door.isDropped)
  const body = hasBody(request) ? uploadOf(response) : undefined
  // RFC 9110 §15.2: an interim answer is not for HTTP/1.0.
  const onInterim =
    request.httpVersionMinor > 0
      ? (status: number, fields: readonly string[]): void => sendInterim(response, status, fields)
      : undefined
  if (isReadMethod(method)) {
    return door.cache.read({ method, target, headers, body, onInterim, cancel: new ResponseClosed(response) })
  }
  return door.cache.write({ method, target, headers, body, onInterim })
}

const fail = ({ loggerInstance: log }: ProxyParts, error: unknown, response: ServerResponse): void => {
  const request = response.req
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
    const { 'x-request-id': requestId, traceparent } = request.headers
    log.error(
      { err: error, requestId, traceparent },
      'A request failed unexpectedly; please report this error'
    )
  }
  sendProblemTo(response, problem, undefined)
}

const isReadMethod = (method: string | undefined): method is 'GET' | 'HEAD' =>
  method === 'GET' || method === 'HEAD'

const TUNNELS = new ProblemError(501, 'CONNECT is not supported: this is no tunnel.')

/** RFC 9112 §6.3: only these two fields announce a body. */
const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0'

/** A read is cancelled when its connection is closed before the whole answer is sent. */
class ResponseClosed implements CancelSignal {
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
  const hints: Record<string, string | string[]> = {}
  for (const [at, name] of withoutHopByHop(headers).entries())
    if (at % 2 === 0) hints[name.toLowerCase()] = valuesOf(headers, name.toLowerCase())
  try {
    response.writeEarlyHints(hints)
  } catch {
    // The final answer carries them too.
  }
}
