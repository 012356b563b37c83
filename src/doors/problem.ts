import { STATUS_CODES, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

import { Type, type Static } from '@sinclair/typebox'
import type {
  FastifyError,
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  FastifySchemaValidationError
} from 'fastify'

import { OriginError, StoreUnavailableError } from '../cache/errors.js'
import { faultsOf } from './schema-faults.js'

/** Problem details, RFC 9457. With `about:blank` the title is the status' own phrase (§4.2.1). */
export const ProblemSchema = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    errors: Type.Optional(
      Type.Array(Type.Object({ field: Type.String(), detail: Type.String() }), {
        description: 'The parameters, header fields or places in the body that are at fault.'
      })
    )
  },
  { description: 'Problem details (RFC 9457)' }
)
export type Problem = Static<typeof ProblemSchema>
export type Fault = NonNullable<Problem['errors']>[number]

export interface ProblemOptions extends ErrorOptions {
  readonly errors?: readonly Fault[]
  readonly headers?: Readonly<Record<string, string>>
}

/** An error that callers are told about as it is. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError'
  readonly errors: readonly Fault[]
  readonly headers: Readonly<Record<string, string>>

  constructor(
    readonly status: number,
    detail: string,
    options: ProblemOptions = {}
  ) {
    super(detail, options)
    this.errors = options.errors ?? []
    this.headers = options.headers ?? {}
  }

  get problem(): Problem {
    const { status, message: detail, errors } = this
    const title = STATUS_CODES[status] ?? 'Error'
    return { type: 'about:blank', title, status, detail, ...(errors.length > 0 && { errors: [...errors] }) }
  }
}

export const PROBLEM_TYPE = 'application/problem+json'

/** Bad input, told by the field that is at fault. */
export const badInput = (field: string, detail: string, status = 400): ProblemError =>
  new ProblemError(status, `${field} ${detail}.`, { errors: [{ field, detail }] })

/** What a schema refused. */
export const invalid = (
  failures: readonly FastifySchemaValidationError[],
  part: FastifyError['validationContext'],
  cause?: FastifyError
): ProblemError => {
  const errors = faultsOf(failures, part)
  const detail = errors.map((fault) => `${fault.field} ${fault.detail}.`).join(' ')
  return new ProblemError(400, detail, { errors, cause })
}

/** Every error as the problem that the caller is told: the one place where errors become answers. */
export const toProblem = (error: unknown): ProblemError => {
  if (error instanceof ProblemError) return error
  if (error instanceof StoreUnavailableError) {
    return new ProblemError(503, 'The store cannot be reached at the moment: go on without the cache.', {
      headers: RETRY_SOON,
      cause: error
    })
  }
  if (error instanceof OriginError) {
    return new ProblemError(error.status, error.message, {
      ...(error.kind === 'overloaded' && { headers: RETRY_SOON }),
      cause: error
    })
  }
  return isFastifyError(error) ? ofFastify(error) : unexpected(error)
}

export const sendProblem = (reply: FastifyReply, error: ProblemError): FastifyReply =>
  reply
    .code(error.status)
    .headers(error.headers)
    .header('content-type', PROBLEM_TYPE)
    .send(Buffer.from(JSON.stringify(error.problem)))

/** Where the answer is no reply of Fastify. */
export const sendProblemTo = (
  response: ServerResponse,
  { status, headers, problem }: ProblemError,
  cacheStatus: string | undefined
): void => {
  const body = JSON.stringify(problem)
  response.writeHead(status, problem.title, {
    ...headers,
    'content-type': PROBLEM_TYPE,
    'content-length': Buffer.byteLength(body),
    ...(cacheStatus !== undefined && { 'cache-status': cacheStatus })
  })
  response.end(body)
}

/** Makes every error of the application a problem: those of handlers, of schemas, and 404. */
export const answerWithProblems = (app: FastifyInstance): void => {
  app.setErrorHandler((error, request, reply) => answerError(error, request, reply))
  app.setNotFoundHandler((_request, reply) => sendProblem(reply, nothingHere()))
}

export const nothingHere = (): ProblemError => new ProblemError(404, 'There is nothing here.')

const answerError = (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
  const problem = toProblem(error)
  if (problem.status === 500) request.log.error({ err: error }, 'A request failed unexpectedly.')
  // A connection closed with part of a body unread is reset, and the answer is lost with it: read on instead.
  if (problem.status === 413) reply.removeHeader('connection')
  return sendProblem(reply, problem)
}

/** For what the HTTP parser refuses before there is a request, and for what is late: a listener of `clientError`. */
export const answerClientError = (error: NodeJS.ErrnoException, socket: Socket): void => {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy(error)
    return
  }
  const status = CLIENT_ERROR_STATUS[error.code ?? ''] ?? 400
  const detail = status === 408 ? 'The request did not arrive in time.' : 'The request cannot be read.'
  refuse(socket, new ProblemError(status, detail))
}

/** The last answer of a connection, where there is no `ServerResponse`. */
export const refuse = (socket: Socket, { status, headers, problem }: ProblemError): void => {
  const body = JSON.stringify(problem)
  const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(
    `HTTP/1.1 ${status} ${problem.title}\r\nConnection: close\r\nContent-Type: ${PROBLEM_TYPE}\r\n` +
      fields.join('') +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    () => socket.destroy()
  )
}

const RETRY_SOON = { 'retry-after': '1' }
const CLIENT_ERROR_STATUS: Partial<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431
}
const isFastifyError = (error: unknown): error is FastifyError =>
  error instanceof Error && 'code' in error && 'statusCode' in error

const ofFastify = (error: FastifyError): ProblemError => {
  if (error.validation !== undefined) return invalid(error.validation, error.validationContext, error)
  const status = error.statusCode ?? 500
  if (status < 400 || status >= 500) return unexpected(error)
  const fault = FRAMEWORK_FAULTS[error.code]
  return fault === undefined
    ? new ProblemError(status, error.message, { cause: error })
    : badInput(fault.field, fault.detail, status)
}

const unexpected = (cause: unknown): ProblemError =>
  new ProblemError(500, 'The request failed unexpectedly; the log tells more.', { cause })

const FRAMEWORK_FAULTS: Partial<Record<string, Fault>> = {
  FST_ERR_BAD_URL: { field: 'path', detail: 'has a malformed escape or is no UTF-8' },
  FST_ERR_MAX_PARAM_LENGTH: { field: 'key', detail: 'is too long' },
  FST_ERR_CTP_BODY_TOO_LARGE: { field: 'body', detail: 'is too large' },
  FST_ERR_CTP_EMPTY_JSON_BODY: { field: 'body', detail: 'must not be empty' },
  FST_ERR_CTP_INVALID_JSON_BODY: { field: 'body', detail: 'is no valid JSON' },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: { field: 'content-type', detail: 'is not supported here' },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: { field: 'content-length', detail: 'is not the length of the body' }
}
