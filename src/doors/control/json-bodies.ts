import { isUtf8 } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { badInput } from '../problem.js'
import { wholeBody } from './whole-body.js'

interface JsonBodiesOptions {
  /** Bytes. */
  readonly limit: number
  /** Makes of the bytes what the schemas see; `parse` is for the texts in them. */
  readonly read: (json: Buffer, parse: (text: string) => unknown) => Promise<unknown>
}

/** Has an application take bodies of JSON, and no others. */
export const takeJson = (app: FastifyInstance, { limit, read }: JsonBodiesOptions): void => {
  app.addContentTypeParser(
    'application/json',
    { bodyLimit: limit },
    async (request: FastifyRequest, payload: IncomingMessage) => {
      const length = request.headers['content-length']
      const announced = length === undefined ? undefined : Number(length)
      const body = await wholeBody(payload, { announced, limit })
      if (!isUtf8(body)) throw badInput('body', 'must be UTF-8')
      return read(body, parseJson)
    }
  )
}

/** What the schemas do not know they refuse, also under the name `__proto__`. */
const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    throw badInput('body', text.trim() === '' ? 'must not be empty' : 'is no valid JSON')
  }
}
