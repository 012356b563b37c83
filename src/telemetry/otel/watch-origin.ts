import {
  type Attributes,
  type Context,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TextMapPropagator,
  type TextMapSetter,
  trace,
  type Tracer
} from '@opentelemetry/api'
import { OriginError } from '../../cache/errors.js'
import type { Origin, OriginAnswer, OriginRequest } from '../../cache/origin.js'
import { withoutFields } from '../../http/fields.js'
import type { OriginDurations } from './durations.js'
import type { FollowedRequest, FollowedRequests } from './followed-request.js'
import { methodOf } from './http-method.js'

export interface WatchOriginOptions {
  readonly requests: FollowedRequests
  readonly propagator: TextMapPropagator
  /** `undefined` where no traces are sent. */
  readonly tracer: Tracer | undefined
  /** `undefined` where no metrics are sent. */
  readonly durations: OriginDurations | undefined
  /** What tells the origin from others. */
  readonly server: Attributes
}

/**
 * The origin, with a child span for each request to it, which the backend's own span is a child of in turn. Where the trace
 * is not recorded the backend is told that, too. What no request of a caller has begun is passed on as it is.
 */
export const watchOrigin = <Watched extends Origin>(
  origin: Watched,
  options: WatchOriginOptions
): Watched => {
  const { requests, propagator, tracer, durations, server } = options

  const fetch = async (request: OriginRequest): Promise<OriginAnswer> => {
    const { current } = requests
    const span = tracer && current?.isSampled === true ? startSpan(tracer, current, request) : undefined
    const context = span && current ? trace.setSpan(current.context, span) : current?.context
    const isContinued = tracer !== undefined && context !== undefined
    const sent = isContinued ? continued(propagator, request, context) : request
    const startedAt = performance.now()
    try {
      const answer = await origin.fetch(sent)
      durations?.record(request.method, String(answer.status), performance.now() - startedAt)
      if (span !== undefined) endWithBody(span, answer)
      return answer
    } catch (error) {
      const failure = error instanceof OriginError ? error.kind : 'cancelled'
      durations?.record(request.method, failure, performance.now() - startedAt)
      fail(span, failure)
      span?.end()
      throw error
    }
  }

  const startSpan = (by: Tracer, { context }: FollowedRequest, request: OriginRequest): Span => {
    const { name, attributes } = methodOf(request.method)
    return by.startSpan(
      name,
      {
        kind: SpanKind.CLIENT,
        attributes: { ...attributes, ...server, 'cache.resource': request.resource }
      },
      context
    )
  }

  return { ...origin, fetch }
}

/** By the semantic conventions; nothing of a user or a path. */
export const serverOf = ({ protocol, hostname, port }: URL): Attributes => ({
  'url.scheme': protocol.slice(0, -1),
  'server.address': hostname,
  'server.port': port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port)
})

/** W3C Trace Context §3.3: `tracestate` belongs to the `traceparent` that it came with. Baggage goes on as it is. */
const continued = (
  propagator: TextMapPropagator,
  request: OriginRequest,
  context: Context
): OriginRequest => {
  const headers = withoutFields(request.headers, (name) => TRACE_FIELDS.has(name.toLowerCase()))
  propagator.inject(context, headers, SETTER)
  return { ...request, headers }
}

const SETTER: TextMapSetter<string[]> = {
  set: (headers, name, value) => {
    headers.push(name, value)
  }
}

const TRACE_FIELDS = new Set(['traceparent', 'tracestate'])

const endWithBody = (span: Span, { status, body }: OriginAnswer): void => {
  span.setAttribute('http.response.status_code', status)
  if (status >= 400) fail(span, String(status))
  const end = (): void => {
    if (body.errored !== null) fail(span, 'broken_off')
    span.end()
  }
  if (body.closed) end()
  else body.once('close', end)
}

const fail = (span: Span | undefined, type: string): void => {
  span?.setAttribute('error.type', type)
  span?.setStatus({ code: SpanStatusCode.ERROR })
}
