import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyBaseLogger } from 'fastify'
import type { Values } from '../../cache/values/values.js'
import { hitStatus, MISS } from '../../http/cache-status.js'
import { isNotModified } from '../../http/conditional.js'
import { ProblemError, sendProblemTo } from '../problem.js'
import { toProblem } from '../to-problem.js'
import type { NameFields } from './names.js'
import { readNoneMatch } from './preconditions.js'
import { decoded } from './query.js'

interface ValueReadsOptions {
  readonly values: Values
  readonly fields: NameFields
  readonly log: FastifyBaseLogger
  /** While the door closes, each answer ends its connection. */
  readonly state: { readonly isClosing: boolean }
}

/** Answers `GET` and `HEAD` of the value under a key, as it is in the path and decoded. Never rejects. */
export type AnswerValue = (key: string, response: ServerResponse) => Promise<void>

/**
 * The one function that answers reads of a value. They come to it in two ways: plain ones (`plainKeyOf`) from the
 * server itself, all others from the router, through the route `GET /v1/entries/:key`.
 */
export const createValueReads =
  (options: ValueReadsOptions): AnswerValue =>
  async (key, response) => {
    try {
      await answerValue(options, key, response)
    } catch (error) {
      const problem = toProblem(error)
      if (problem.status === 500) options.log.error({ err: error }, 'A request failed unexpectedly.')
      if (options.state.isClosing) response.shouldKeepAlive = false
      sendProblemTo(response, problem, undefined)
    }
  }

const answerValue = async (
  { values, fields, state }: ValueReadsOptions,
  key: string,
  response: ServerResponse
): Promise<void> => {
  const storeKey = fields.name(key, 'key')
  const ifNoneMatch = readNoneMatch(response.req.headers)
  const {
    values: [value],
    position
  } = await values.read([storeKey])
  if (value === undefined) {
    throw new ProblemError(404, 'There is no value under this key.', {
      headers: { 'cache-position': position, 'cache-status': MISS }
    })
  }
  const { body, contentType, etag, ageSeconds, ttlSeconds } = value
  const headers = ['cache-position', position, 'cache-status', hitStatus(ttlSeconds)]
  headers.push('age', String(ageSeconds), 'etag', etag)
  if (state.isClosing) response.shouldKeepAlive = false
  if (isNotModified({ ifNoneMatch }, { etag })) {
    response.writeHead(304, headers).end()
    return
  }
  headers.push('content-type', contentType, 'content-length', String(body.length))
  response.writeHead(200, headers)
  if (response.req.method === 'HEAD') response.end()
  else response.end(body)
}

/**
 * The key of a read that asks for nothing but a value: what clients usually send. The hooks, the validation and the
 * reply of Fastify would cost such a read a fifth more, and have nothing to do for it.
 */
export const plainKeyOf = ({ method, url = '' }: IncomingMessage): string | undefined => {
  const key = method === 'GET' ? PLAIN_READ.exec(url)?.[1] : undefined
  return key?.includes('%') === true ? decoded(key) : key
}

/** Longer keys, and other characters, are for the router. */
const PLAIN_READ = /^\/v1\/entries\/([\w.:~%-]{1,500})$/
