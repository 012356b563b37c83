import { STATUS_CODES, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Type, type Static } from '@sinclair/typebox'
import type { FastifyReply } from 'fastify'

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
type Problem = Static<typeof ProblemSchema>
export type Fault = NonNullable<Problem['errors']>[number]

interface ProblemOptions extends ErrorOptions {
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

/** For what may well succeed in a second. */
export const tryAgain = (detail: string, cause?: Error): ProblemError =>
  new ProblemError(503, detail, { headers: { 'retry-after': '1' }, cause })

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

export const nothingHere = (): ProblemError => new ProblemError(404, 'There is nothing here.')

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
