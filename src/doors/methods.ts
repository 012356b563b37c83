import type { Socket } from 'node:net'
import type { FastifyInstance, FastifyRequest, HTTPMethods } from 'fastify'
import { nothingHere, ProblemError, refuse } from './problem.js'
import { answerClientError } from './to-problem.js'

/**
 * Answers a method that a path does not have with 405 and those that it has (RFC 9110 §15.5.6), whatever method it is,
 * before anything else of the request is looked at.
 */
export const answerMethods = (app: FastifyInstance): void => {
  app.addHook('onRequest', (request, _reply, done) => {
    done(request.is404 ? refusalOf(app, request) : undefined)
  })
  // Else the server closes the connection without a word.
  app.server.on('connect', ({ url = '' }, socket: Socket) => {
    refuse(socket, methodNotAllowed(app, url) ?? nothingHere())
  })
}

/** For what the HTTP parser refuses: methods that it does not know are refused like all others. */
export const answerUnreadable = (app: FastifyInstance, error: UnreadableError, socket: Socket): void => {
  const target = error.code === 'HPE_INVALID_METHOD' ? targetIn(error) : undefined
  if (target === undefined || !socket.writable) answerClientError(error, socket)
  else refuse(socket, methodNotAllowed(app, target) ?? nothingHere())
}

export interface UnreadableError extends NodeJS.ErrnoException {
  /** What the parser was given, and how much of it was understood. */
  readonly rawPacket?: unknown
  readonly bytesParsed?: number
}

/** Of a path that has no such method, or of which there is nothing under any; that of methods in use is for later. */
const refusalOf = (app: FastifyInstance, { method, url }: FastifyRequest): ProblemError | undefined =>
  methodNotAllowed(app, url) ?? (METHODS.some((known) => known === method) ? undefined : nothingHere())

/** `undefined` where there is nothing. */
const methodNotAllowed = (app: FastifyInstance, target: string): ProblemError | undefined => {
  const [path = ''] = target.split('?', 1)
  const allowed = METHODS.filter((method) => isRoute(app, method, path))
  if (allowed.length === 0) return undefined
  const allow = allowed.join(', ')
  return new ProblemError(405, `Allowed here: ${allow}.`, { headers: { allow } })
}

const METHODS: readonly HTTPMethods[] = ['GET', 'HEAD', 'PUT', 'POST', 'PATCH', 'DELETE', 'OPTIONS']

/** Fastify finds by the path of a request here, and answers null without a route, whatever its types say. */
const isRoute = (app: FastifyInstance, method: HTTPMethods, url: string): boolean =>
  Boolean(app.findRoute({ method, url }))

/** The target of the request line that the parser stopped in, if it is one of HTTP/1. */
const targetIn = ({ rawPacket, bytesParsed = 0 }: UnreadableError): string | undefined => {
  const text = Buffer.isBuffer(rawPacket) ? rawPacket.toString('latin1') : ''
  const line = text.slice(bytesParsed === 0 ? 0 : text.lastIndexOf('\n', bytesParsed - 1) + 1)
  return /^[\w!#$%&'*+.^`|~-]+ (\/\S*) HTTP\/1\.[01]\r?\n/.exec(line)?.[1]
}
