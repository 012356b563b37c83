import type { IncomingMessage, ServerResponse } from 'node:http'

import type { FastifyBaseLogger } from 'fastify'

import type { Values } from '../../cache/values/values.js'
import { ProblemError, sendProblemTo, toProblem } from '../problem.js'
import type { NameFields } from './name-fields.js'
import { isNotModified } from './preconditions.js'

export interface ValueReadsOptions {
  readonly values: Values
  readonly fields: NameFields
  readonly log: FastifyBaseLogger
  /** Whether each answer is to end its connection. */
  readonly isClosing: () => boolean
}

/** Answers `GET` and `HEAD` of the value under a key, as it is in the path and decoded. Never rejects. */
export type ReadValue = (key: string, request: IncomingMessage, response: ServerResponse) => Promise<void>

export const createValueReads = ({ values, fields, log, isClosing }: ValueReadsOptions): ReadValue => {
  const endWhenClosing = (response: ServerResponse): void => {
    if (isClosing()) response.shouldKeepAlive = false
  }

  const answer = async (key: string, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const noneMatch = request.headers['if-none-match']
    const storeKey = fields.name(key, 'key')
    isNotModified(noneMatch, undefined)
    const {
      values: [value],
      position
    } = await values.read([storeKey])
    if (value === undefined) {
      throw new ProblemError(404, 'There is no value under this key.', {
        headers: { 'cache-position': position, 'cache-status': 'spms; fwd=uri-miss' }
      })
    }
    const { body, contentType, etag, ageSeconds, ttlSeconds } = value
    const headers = ['cache-position', position, 'cache-status', `spms; hit; ttl=${ttlSeconds}`]
    headers.push('age', String(ageSeconds), 'etag', etag)
    endWhenClosing(response)
    if (isNotModified(noneMatch, etag)) {
      response.writeHead(304, headers).end()
      return
    }
    headers.push('content-type', contentType, 'content-length', String(body.length))
    response.writeHead(200, headers)
    if (request.method === 'HEAD') response.end()
    else response.end(body)
  }

  return async (key, request, response) => {
    try {
      await answer(key, request, response)
    } catch (error) {
      const problem = toProblem(error)
      if (problem.status === 500) log.error({ err: error }, 'A request failed unexpectedly.')
      endWhenClosing(response)
      sendProblemTo(response, problem, undefined)
    }
  }
}

/**
 * The key of a read that asks for nothing but a value: what clients usually send. The hooks, the validation and the
 * reply of Fastify would cost such a read a fifth more, and have nothing to do for it.
 */
export const plainKeyOf = ({ method, url = '' }: IncomingMessage): string | undefined => {
  const key = method === 'GET' ? PLAIN_READ.exec(url)?.[1] : undefined
  if (key === undefined || !key.includes('%')) return key
  try {
    return decodeURIComponent(key)
  } catch {
    return undefined
  }
}

/** Longer keys, and other characters, are for the router. */
const PLAIN_READ = /^\/v1\/entries\/([\w.:~%-]{1,500})$/
