import { createHistogram } from 'node:perf_hooks'
import { openConnection, requestText, type Connection } from '../load/connection.js'
import type { Headers } from '../load/entrant.js'

export interface Load {
  readonly url: string
  /** In turn, each by each caller. */
  readonly paths: readonly string[]
  readonly callers: readonly Headers[]
  readonly connections: number
  readonly durationMs: number
}

export interface LoadFigures {
  readonly requests: number
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
}

const TIMEOUT_MS = 60_000

/**
 * Each connection sends its next request when it has its answer. gunicorn's sync workers close theirs after each: what it takes to
 * connect anew belongs to the latency, as it does for the ingress. Rejects when an answer is no 200.
 */
export const runLoad = async (load: Load): Promise<LoadFigures> => {
  const { url, paths, callers, connections, durationMs } = load
  const requests = paths.flatMap((path) =>
    callers.map((headers) => requestText(url, { method: 'GET', path, headers }))
  )
  const latencies = createHistogram({ lowest: 1, highest: 60_000_000, figures: 3 })
  const startedAt = performance.now()
  let sent = 0
  const sendInTurn = async (): Promise<void> => {
    let connection: Connection | undefined
    while (performance.now() - startedAt < durationMs) {
      const request = requests[sent++ % requests.length] ?? ''
      const askedAt = performance.now()
      if (connection?.isOpen !== true) connection = await openConnection(url)
      const { status } = await connection.exchange(request, TIMEOUT_MS)
      if (status !== 200) throw new Error(`${url} has answered ${status}.`)
      latencies.record(Math.max(1, Math.round((performance.now() - askedAt) * 1000)))
    }
    connection?.close()
  }
  await Promise.all(Array.from({ length: connections }, sendInTurn))
  const at = (share: number): number => latencies.percentile(share) / 1000
  return {
    requests: latencies.count,
    perSecond: (1000 * latencies.count) / (performance.now() - startedAt),
    p50Ms: at(50),
    p99Ms: at(99)
  }
}
