import type { Attributes } from '@opentelemetry/api'

interface Method {
  /** In the name of a span. */
  readonly name: string
  readonly attributes: Attributes
}

/** Semantic conventions for HTTP: other methods are `_OTHER`, so that callers cannot make names at will. */
const KNOWN = new Map(
  ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT'].map((name) => [
    name,
    { name, attributes: { 'http.request.method': name } }
  ])
)
const OTHER: Method = { name: 'HTTP', attributes: { 'http.request.method': '_OTHER' } }

export const methodOf = (method = 'GET'): Method => KNOWN.get(method) ?? OTHER
