import type { IncomingMessage, ServerResponse } from 'node:http'
import { PassThrough, type Readable } from 'node:stream'
import { withoutFields } from '../../http/fields.js'
import { badInput } from '../problem.js'
import { FORGEABLE_FIELDS } from './forgeable-fields.js'
import { IncompleteRequestError } from '../../http/body.js'

export interface RequestHead {
  /** Path and query in origin form, as they came. */
  readonly target: string
  readonly headers: readonly string[]
}

/** Picks by its name a field that goes no further. */
export type FieldFilter = (name: string) => boolean

/** As many as Node takes by itself; but it would leave out those beyond, and say nothing. */
const MAX_HEADER_FIELDS = 1000

/** The head as the cache is given it. Throws `ProblemError` for what would be passed on as something else. */
export const readHead = (request: IncomingMessage, isDropped: FieldFilter): RequestHead => {
  const { headers, rawHeaders, url = '/' } = request
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
  return targetOf(url, rawHeaders, isDropped)
}

/**
 * RFC 9112 §3.2: a target in absolute form is put into origin form, and its authority replaces `Host`
 * (§3.2.2). More than one `Host` is refused. Fields that `isDropped` picks are left out.
 */
export const targetOf = (url: string, sent: readonly string[], isDropped: FieldFilter): RequestHead => {
  let hosts = 0
  let isClean = true
  for (let at = 0; at < sent.length; at += 2) {
    const name = sent[at] ?? ''
    if (isDropped(name)) isClean = false
    else if (name.length === 4 && name.toLowerCase() === 'host') hosts++
  }
  const headers = isClean ? sent : withoutFields(sent, isDropped)
  if (hosts > 1) throw badInput('host', 'must be given once')
  if (url.startsWith('/')) return { target: url, headers }
  const absolute = /^https?:\/\/([^/?#]+)([^#]*)/i.exec(url)
  const [, authority, rest = ''] = absolute ?? []
  if (authority === undefined) throw badInput('target', 'must be a path or an absolute address')
  const others = withoutFields(headers, (name) => name.toLowerCase() === 'host')
  return { target: rest.startsWith('/') ? rest : `/${rest}`, headers: ['Host', authority, ...others] }
}

/**
 * Picks the fields by which a caller could speak for the ingress. A name with an underscore is one of them, whatever it
 * is: gunicorn and nginx drop it, other servers read `X_Forwarded_Proto` as `X-Forwarded-Proto`. `trusted`: forgeable
 * fields that the ingress sets on every request, in lower case.
 */
export const createFieldFilter = (trusted: readonly string[]): FieldFilter => {
  const dropped = new Set(FORGEABLE_FIELDS.filter((name) => !trusted.includes(name)))
  const lengths = new Set([...dropped].map((name) => name.length))
  return (name) => name.includes('_') || (lengths.has(name.length) && dropped.has(name.toLowerCase()))
}

/** How long a caller may go on sending a body after its answer; that of nginx (`lingering_time`). */
const LINGER_MS = 30_000

/**
 * The body of a request, for the origin. An origin may answer before it has read it all and give up the rest: the
 * caller's connection then stays, and what is still sent on it is read and thrown away, because a connection closed
 * with something unread is reset, and the answer is lost with it (RFC 9112 §9.6).
 */
export const uploadOf = (response: ServerResponse): Readable => {
  const request = response.req
  const upload = new PassThrough()
  // The origin may not be reading it yet.
  upload.on('error', () => undefined)
  request.once('close', () => {
    if (!request.readableEnded) upload.destroy(new IncompleteRequestError())
  })
  upload.once('close', () => {
    if (upload.readableEnded || request.destroyed) return
    request.unpipe(upload).resume()
    response.once('finish', () => linger(request))
  })
  return request.pipe(upload)
}

const linger = (request: IncomingMessage): void => {
  if (request.complete) return
  const { socket } = request
  const timer = setTimeout(() => socket.destroy(), LINGER_MS).unref()
  const forget = (): void => clearTimeout(timer)
  request.once('end', forget)
  socket.once('close', forget)
}
