import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { breakOff } from './arrival.js'
import { callerOf, cookiesOf, hasCsrfToken } from './caller.js'
import { delayOf } from './delay.js'
import { DJANGO_HEADERS, HTML } from './django.js'
import { Fields } from './fields.js'
import type { Answer, Route } from './route.js'
import type { State } from './state.js'
import { wishesOf, type Wishes } from './wishes.js'

/**
 * Serves a route. A read is answered from the data as it is when its delay starts, so a slow answer is an old
 * one, as with a database; a write takes effect at the start of its delay or at its end.
 */
export const addRoute = (app: FastifyInstance, state: State, route: Route): void => {
  app.route({
    method: route.method,
    url: route.path,
    handler: async (request, reply) => {
      const wishes = wishesOf(request)
      const isWrite = route.method !== 'GET'
      const commitAt = isWrite ? (wishes.commitAt ?? state.commitAt) : 'start'
      const delayed = () => delayOf(request, state.latency, wishes.delayMs, state.random)
      if (commitAt === 'end') await delayed()
      const rendered = render(request, answerOf(request, state, route, isWrite), state.database.clock.tick)
      if (commitAt === 'start') await delayed()
      return send(reply, rendered, wishes)
    }
  })
}

const answerOf = (request: FastifyRequest, state: State, route: Route, isWrite: boolean): Answer => {
  const { database, sessions } = state
  const cookies = cookiesOf(request)
  const { user: caller, bySession } = callerOf(request, cookies, database, sessions)
  if (isWrite && bySession && state.isCsrfChecked && !hasCsrfToken(request, cookies)) {
    return { status: 403, json: { detail: 'CSRF Failed: CSRF token missing or incorrect.' } }
  }
  return route.answer({
    database,
    sessions,
    caller,
    cookies,
    params: textsOf(request.params),
    query: textsOf(request.query),
    fields: Fields.of(request.body),
    base: `http://${request.host}`
  })
}

/** The text values of an object; of a parameter given twice the last counts. */
const textsOf = (values: unknown): Readonly<Record<string, string>> => {
  if (typeof values !== 'object' || values === null) return {}
  const texts = Object.entries(values).map(([name, value]: [string, unknown]) => {
    const last: unknown = Array.isArray(value) ? value.at(-1) : value
    return [name, typeof last === 'string' ? last : ''] as const
  })
  return Object.fromEntries(texts)
}

interface Rendered {
  readonly status: number
  readonly headers: readonly (readonly [string, string])[]
  readonly body: string | readonly string[]
}

/** The answer in bytes: nothing that is written later changes it. `snapshot` is the clock's tick it was made at. */
const render = (request: FastifyRequest, answer: Answer, snapshot: number): Rendered => {
  const headers = [
    ...DJANGO_HEADERS,
    ['x-sample-snapshot', String(snapshot)] as const,
    ...(answer.headers ?? [])
  ]
  if (answer.rows !== undefined) return { status: answer.status, headers, body: answer.rows }
  if (answer.page !== undefined)
    return { status: answer.status, headers: [...headers, ['content-type', HTML]], body: answer.page }
  if (answer.json === undefined) return { status: answer.status, headers, body: '' }
  const json = JSON.stringify(answer.json)
  const isPage = request.headers.accept?.includes('text/html') === true
  const type = isPage ? HTML : 'application/json'
  const body = isPage ? `<!doctype html><title>SPMS API</title><pre>${escaped(json)}</pre>` : json
  return { status: answer.status, headers: [...headers, ['content-type', type]], body }
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

const send = (reply: FastifyReply, rendered: Rendered, wishes: Wishes): FastifyReply => {
  void reply.code(wishes.status ?? rendered.status)
  for (const [name, value] of [...rendered.headers, ...wishes.headers]) void reply.header(name, value)
  const { body } = rendered
  if (wishes.failure === 'truncate')
    return truncate(reply, Buffer.from(typeof body === 'string' ? body : body.join('')))
  if (wishes.failure !== undefined) {
    breakOff(reply, wishes.failure)
    return reply
  }
  const etag = reply.getHeader('etag')
  if (etag !== undefined && reply.request.headers['if-none-match'] === etag) return reply.code(304).send()
  if (typeof body !== 'string') return reply.send(Readable.from(body))
  // In pieces it goes out chunked, and nothing says how long it is.
  if (wishes.isChunked) return reply.send(Readable.from(body.match(PIECES) ?? []))
  // As bytes: of text, Fastify would say its charset, which the real API does not.
  return reply.send(body === '' ? body : Buffer.from(body))
}

const PIECES = /[^]{1,1000}/g

/** Promises the whole body, sends half of it and closes the connection. */
const truncate = (reply: FastifyReply, body: Buffer): FastifyReply => {
  reply.hijack()
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) reply.raw.setHeader(name, value)
  }
  reply.raw.writeHead(reply.statusCode, { 'content-length': body.length })
  reply.raw.write(body.subarray(0, body.length >> 1), () => reply.raw.destroy())
  return reply
}
