import { openConnection, requestText } from './connection.js'

export interface Burst {
  /** Where the subject answers, without a path. */
  readonly url: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly readers: number
  readonly timeoutMs: number
}

/**
 * How long each of many readers, all sent at the same moment over connections that were open before, waited
 * for its whole answer, in milliseconds. Rejects when one gets no 200 in time.
 */
export const runBurst = async ({
  url,
  path,
  headers,
  readers,
  timeoutMs
}: Burst): Promise<readonly number[]> => {
  const connections = await Promise.all(Array.from({ length: readers }, () => openConnection(url)))
  const request = requestText(url, { method: 'GET', path, headers })
  try {
    const startedAt = performance.now()
    const waits = connections.map(async ({ exchange }) => {
      const { status } = await exchange(request, timeoutMs)
      if (status !== 200) throw new Error(`An answer was no 200 but ${status}.`)
      return performance.now() - startedAt
    })
    return await Promise.all(waits)
  } finally {
    for (const connection of connections) connection.close()
  }
}
