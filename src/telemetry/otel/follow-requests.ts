import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  type TextMapGetter,
  type TextMapPropagator,
  type Tracer
} from '@opentelemetry/api'
import type { RequestDurations } from './durations.js'
import { FollowedRequest, type FollowedRequests } from './followed-request.js'
import { methodOf } from './http-method.js'

export interface FollowOptions {
  readonly requests: FollowedRequests
  readonly propagator: TextMapPropagator
  /** `undefined` where no traces are sent. */
  readonly tracer: Tracer | undefined
  /** `undefined` where no metrics are sent. */
  readonly durations: RequestDurations | undefined
}

/**
 * Puts each request of a door into its span, from its head until the last byte of its answer is handed over or its
 * connection is gone. A caller's trace is continued, and by the sampler's rules so is his decision to record it.
 */
export const createFollow =
  (options: FollowOptions) =>
  (listener: RequestListener): RequestListener =>
  (request, response) => {
    const startedAt = performance.now()
    const followed = follow(options, request)
    response.once('close', () => {
      options.durations?.record(response, followed.route, performance.now() - startedAt)
      if (followed.isSampled) end(followed, response)
    })
    options.requests.run(followed, () => listener(request, response))
  }

const follow = ({ tracer, propagator }: FollowOptions, request: IncomingMessage): FollowedRequest => {
  const parent = parentOf(propagator, request)
  if (tracer === undefined) return new FollowedRequest(parent, undefined)
  const span = tracer.startSpan(methodOf(request.method).name, { kind: SpanKind.SERVER }, parent)
  if (span.isRecording()) span.setAttributes(attributesOf(request))
  return new FollowedRequest(parent, span)
}

const parentOf = (propagator: TextMapPropagator, { headers }: IncomingMessage): Context =>
  headers['traceparent'] === undefined ? ROOT_CONTEXT : propagator.extract(ROOT_CONTEXT, headers, GETTER)

type Headers = IncomingMessage['headers']

const GETTER: TextMapGetter<Headers> = {
  keys: (headers) => Object.keys(headers),
  get: (headers, name) => headers[name]
}

/** Nothing that could hold a secret or tell who is calling: no query, no path that the resource table does not know. */
const attributesOf = ({ method, headers, httpVersion }: IncomingMessage): Attributes => {
  const server = URL.parse(`http://${headers.host ?? ''}`)
  return {
    ...methodOf(method).attributes,
    'url.scheme': 'http',
    'network.protocol.version': httpVersion,
    'server.address': server?.hostname,
    'server.port': server === null || server.port === '' ? undefined : Number(server.port)
  }
}

const end = ({ span, route }: FollowedRequest, response: ServerResponse): void => {
  if (span === undefined) return
  const { statusCode, headersSent, writableFinished } = response
  if (route !== undefined) {
    span.updateName(`${methodOf(response.req.method).name} ${route}`)
    span.setAttribute('http.route', route)
  }
  if (headersSent) span.setAttribute('http.response.status_code', statusCode)
  const failure = failureOf(statusCode, writableFinished)
  if (failure !== undefined) {
    span.setAttribute('error.type', failure)
    span.setStatus({ code: SpanStatusCode.ERROR })
  }
  span.end()
}

const failureOf = (status: number, isWhole: boolean): string | undefined => {
  if (!isWhole) return 'broken_off'
  return status >= 500 ? String(status) : undefined
}
