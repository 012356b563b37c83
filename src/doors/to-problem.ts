import type { Socket } from 'node:net'
import type { FastifyError, FastifyInstance } from 'fastify'
import { OriginError, StoreUnavailableError } from '../cache/errors.js'
import { badInput, type Fault, nothingHere, ProblemError, refuse, sendProblem, tryAgain } from './problem.js'
import { printSteps, ruleOf, type SchemaFault, stepsOf, type Wording } from '../schema/schema-fault.js'

/** Every error as the problem that the caller is told: the one place where errors become answers. */
export const toProblem = (error: unknown): ProblemError => {
  if (error instanceof ProblemError) return error
  if (error instanceof StoreUnavailableError) {
    return tryAgain('The store cannot be reached at the moment: go on without the cache.', error)
  }
  if (error instanceof OriginError) {
    if (error.kind === 'overloaded') return tryAgain(error.message, error)
    return new ProblemError(error.status, error.message, { cause: error })
  }
  return isFastifyError(error) ? ofFastify(error) : unexpected(error)
}

/** Makes every error of the application a problem: those of handlers, of schemas, and 404. */
export const answerWithProblems = (app: FastifyInstance): void => {
  app.setErrorHandler((error, request, reply) => {
    const problem = toProblem(error)
    if (problem.status === 500) request.log.error({ err: error }, 'A request failed unexpectedly.')
    // A connection closed with part of a body unread is reset, and the answer is lost with it: read on instead.
    if (problem.status === 413) reply.removeHeader('connection')
    return sendProblem(reply, problem)
  })
  app.setNotFoundHandler((_request, reply) => sendProblem(reply, nothingHere()))
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

/** The part of a request that a schema is for. */
type Part = FastifyError['validationContext']

/** What a schema refused. */
export const invalid = (faults: readonly SchemaFault[], part: Part, cause?: FastifyError): ProblemError => {
  const errors = faultsOf(faults, part)
  const detail = errors.map((fault) => `${fault.field} ${fault.detail}.`).join(' ')
  return new ProblemError(400, detail, { errors, cause })
}

/** By the field as the caller wrote it: `ttl`, `entries[3].tags`, `body`. */
const faultsOf = (faults: readonly SchemaFault[], part: Part): Fault[] => {
  // Where one of several is to hold, what each of them lacks says less than that.
  const choices = faults.filter(({ keyword }) => keyword === 'oneOf' || keyword === 'anyOf')
  return (choices.length > 0 ? choices : faults).map((fault) => ({
    field: fieldOf(fault, part),
    detail: ruleOf(fault, WORDING)
  }))
}

const WORDING: Wording = {
  additionalProperties: 'is not known here',
  required: 'is required',
  pattern: 'has not the form that /openapi.json tells',
  oneOf: 'must have one of value, base64 and json',
  anyOf: 'must name something in keys, tags, patterns or all'
}

const FIELD_MAX_LENGTH = 200

const fieldOf = (fault: SchemaFault, part: Part): string => {
  const steps = stepsOf(fault)
  // A parameter that is given several times has no places to point at.
  const field = printSteps(part === 'querystring' ? steps.slice(0, 1) : steps)
  return (field === '' ? 'body' : field).slice(0, FIELD_MAX_LENGTH)
}
