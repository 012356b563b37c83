import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import type { Test } from 'tap'
import { eventually } from './eventually.js'
import { decodeMetrics, decodeSpans, type ReceivedMetric, type ReceivedSpan } from './otlp.js'

/** What a collector does with an export. */
export type Behaviour = (response: ServerResponse, signal: AbortSignal) => void

export const takes: Behaviour = (response) => {
  response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end()
}

export interface Collector {
  readonly url: string
  behaviour: Behaviour
  readonly spans: readonly ReceivedSpan[]
  /** Of the last export. */
  readonly metrics: readonly ReceivedMetric[]
  /** Of each export so far. */
  readonly requests: readonly IncomingMessage[]
  /** Resolves with the spans of the trace when there are so many. */
  spansOf(traceId: string, count: number): Promise<readonly ReceivedSpan[]>
}

/** Speaks OTLP over HTTP, with protobuf. */
export const startCollector = async (t: Test, behaviour: Behaviour = takes): Promise<Collector> => {
  const spans: ReceivedSpan[] = []
  const requests: IncomingMessage[] = []
  let metrics: readonly ReceivedMetric[] = []
  const ending = new AbortController()
  const server = createServer((request, response) => {
    requests.push(request)
    void buffer(request).then(
      (body) => {
        if (request.url === '/v1/traces') spans.push(...decodeSpans(body))
        if (request.url === '/v1/metrics') metrics = decodeMetrics(body)
        collector.behaviour(response, ending.signal)
      },
      () => undefined
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  t.teardown(() => {
    ending.abort()
    server.closeAllConnections()
    server.close()
  })
  const collector: Collector = {
    url: `http://127.0.0.1:${port}`,
    behaviour,
    spans,
    requests,
    get metrics() {
      return metrics
    },
    spansOf: async (traceId, count) => {
      const found = () => spans.filter((span) => span.traceId === traceId)
      await eventually(() => found().length >= count, { timeoutMs: 20_000 })
      return found()
    }
  }
  return collector
}
