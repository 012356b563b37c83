import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { writeFileSync } from 'node:fs'
import type { Test } from 'tap'
import { type Behaviour, type Collector, startCollector } from '../../support/collector.js'
import { http, type HttpAnswer, type HttpOptions } from '../../support/http.js'
import type { ReceivedSpan } from '../../support/otlp.js'
import { type SidecarProcess, startSidecar } from '../../support/sidecar-process.js'

const TABLE = `
identity: { headers: [Remote-User], cookies: [], families: [] }
families: { things: [/things] }
everything: []
resources:
  - { name: thing, path: '/things/{id}', key: 'thing:{id}', scope: public, families: [things], tags: ['thing:{id}'], ttl: 300 }
  - { name: brief, path: '/brief/{id}', key: 'brief:{id}', scope: public, families: [things], tags: [], ttl: 1, staleWhileRevalidate: 300 }
  - { name: checked, path: '/checked/{id}', key: 'checked:{id}', scope: public, families: [things], tags: [], ttl: 1, staleIfError: 300 }
writes:
  - { methods: [PUT], path: '/things/{id}', tags: ['thing:{id}'] }
`

type Handler = (request: IncomingMessage, response: ServerResponse) => void

export interface Stage {
  readonly collector: Collector
  readonly sidecar: SidecarProcess
  /** Requests that the origin has got. */
  readonly asked: readonly IncomingMessage[]
  /** What the origin does. */
  handler: Handler
  /** Sends a request in a trace of its own, which its caller records. */
  trace(path: string, options?: TracedOptions): Promise<Traced>
}

export interface TracedOptions extends HttpOptions {
  readonly flags?: '00' | '01'
  /** In place of the proxy door. */
  readonly door?: string
}

export interface Traced {
  readonly answer: HttpAnswer
  readonly traceId: string
  readonly callerSpanId: string
}

export const answersJson: Handler = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json', etag: '"1"' }).end('{"a":1}')
}

/** A collector, an origin and the built sidecar between them. */
export const openStage = async (
  t: Test,
  environment: Readonly<Record<string, string>> = {},
  behaviour?: Behaviour
): Promise<Stage> => {
  const collector = await startCollector(t, behaviour)
  const asked: IncomingMessage[] = []
  const server = createServer((request, response) => {
    asked.push(request)
    stage.handler(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const table = join(t.testdir({}), 'table.yaml')
  writeFileSync(table, TABLE)
  const sidecar = await startSidecar({
    ORIGIN_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    RESOURCES_FILE: table,
    CACHE_STORE: 'memory',
    DEFAULT_TTL: '300',
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_BSP_SCHEDULE_DELAY: '20',
    ...environment
  })
  t.teardown(() => sidecar.stop('SIGKILL'))
  const stage: Stage = {
    collector,
    sidecar,
    asked,
    handler: answersJson,
    trace: async (path, { flags = '01', door = sidecar.proxy, headers, ...options } = {}) => {
      const [traceId, callerSpanId] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')]
      const traceparent = `00-${traceId}-${callerSpanId}-${flags}`
      const answer = await http(door + path, { ...options, headers: { traceparent, ...headers } })
      return { answer, traceId, callerSpanId }
    }
  }
  return stage
}

/** A span, what tells how it ended, and its children in the order of their names: `server GET /a hit > (client MGET)`. */
export const shapeOf = (spans: readonly ReceivedSpan[], parentSpanId: string): string =>
  spans
    .filter((span) => span.parentSpanId === parentSpanId)
    .map((span) => {
      const {
        'cache.outcome': outcome,
        'http.response.status_code': status,
        'error.type': error
      } = span.attributes
      const told = [span.kind, span.name, outcome, status, error, ...span.events.map(({ name }) => name)].map(
        String
      )
      const children = shapeOf(spans, span.spanId)
      const text = told.filter((part) => part !== 'undefined').join(' ')
      return children === '' ? text : `${text} > (${children})`
    })
    .sort()
    .join(', ')
