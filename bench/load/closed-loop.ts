import { createHistogram } from 'node:perf_hooks'
import autocannon from 'autocannon'
import type { Endpoint } from './entrant.js'

export interface ClosedLoop {
  /** Where the subject answers, without a path. */
  readonly url: string
  readonly socketPath?: string | undefined
  readonly paths: Endpoint['paths']
  readonly headers: Endpoint['headers']
  readonly connections: number
  readonly durationMs: number
  /** Of each answer's body. */
  readonly bodyBytes: number
}

export interface LoopFigures {
  readonly requests: number
  readonly perSecond: number
  readonly p50Ms: number
  readonly p90Ms: number
  readonly p99Ms: number
  readonly p999Ms: number
}

/**
 * Each connection sends its next request when it has its answer. Rejects when an answer was no 200, or when they
 * are too short on average: a subject that fails fast must not look fast. On average, because webdis sends what
 * a reader who has left was waiting for to whoever has its connection number next, and autocannon counts the bytes
 * of two answers that come at once for the first.
 */
export const runClosedLoop = async (loop: ClosedLoop): Promise<LoopFigures> => {
  const latencies = createHistogram({ lowest: 1, highest: 60_000_000, figures: 3 })
  let received = 0
  const failures = new Map<string, number>()
  const failed = (why: string): void => void failures.set(why, (failures.get(why) ?? 0) + 1)
  const startedAt = performance.now()
  await new Promise<void>((resolve, reject) => {
    const run = autocannon(optionsOf(loop), (error: unknown) => {
      if (error instanceof Error) reject(error)
      else resolve()
    })
    run.on('response', (_client, status, bytes, latencyMs) => {
      latencies.record(Math.max(1, Math.round(latencyMs * 1000)))
      received += bytes
      if (status !== 200) failed(`${status}`)
    })
    run.on('reqError', (error: unknown) => failed(error instanceof Error ? error.message : String(error)))
  })
  const seconds = (performance.now() - startedAt) / 1000
  if (failures.size > 0) {
    const counts = [...failures].map(([why, count]) => `${count} × ${why}`).join(', ')
    throw new Error(`Of ${latencies.count} requests to ${loop.url} some failed: ${counts}.`)
  }
  if (received < latencies.count * loop.bodyBytes) {
    throw new Error(`The ${latencies.count} answers of ${loop.url} have ${received} bytes: too few.`)
  }
  const at = (share: number): number => latencies.percentile(share) / 1000
  return {
    requests: latencies.count,
    perSecond: latencies.count / seconds,
    p50Ms: at(50),
    p90Ms: at(90),
    p99Ms: at(99),
    p999Ms: at(99.9)
  }
}

/** Autocannon's own histogram has steps of a millisecond, hence the one above. */
const optionsOf = (loop: ClosedLoop): autocannon.Options => {
  const { url, socketPath, connections, durationMs } = loop
  const requests = requestsOf(loop)
  let clients = 0
  return {
    url,
    ...(socketPath !== undefined && { socketPath }),
    connections,
    duration: durationMs / 1000,
    sampleInt: 50,
    requests,
    // Else all connections would ask for the same at the same moment.
    setupClient: (client) => client.setRequests(rotated(requests, clients++))
  }
}

/** Made once where that can be: the load generator is soon what limits a comparison. */
const requestsOf = ({ paths, headers }: ClosedLoop): autocannon.Request[] => {
  if (typeof paths === 'function') {
    return headers.map((fields) => ({
      headers: fields,
      setupRequest: (request) => ({ ...request, path: paths() })
    }))
  }
  return paths.flatMap((path) => headers.map((fields) => ({ path, headers: fields })))
}

const rotated = <T>(list: readonly T[], by: number): T[] => {
  const from = by % list.length
  return [...list.slice(from), ...list.slice(0, from)]
}
