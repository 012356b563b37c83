import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'
import { NEVER } from '../../src/concurrency/cancellation.js'
import type { OriginRequest } from '../../src/cache/origin.js'
import { createHttpOrigin, type HttpOrigin, type HttpOriginOptions } from '../../src/origin/http-origin.js'
import { createRecorder, type RecordingObserver } from '../stores/observer.js'

export type Handler = (request: IncomingMessage, response: ServerResponse) => void

export interface StartedHttpOrigin {
  readonly origin: HttpOrigin
  readonly told: RecordingObserver['told']
  readonly url: string
  readonly fetch: (request?: Partial<OriginRequest>) => ReturnType<HttpOrigin['fetch']>
}

/** A server of Node with this handler, and the origin over it. */
export const startHttpOrigin = async (
  t: Test,
  handler: Handler,
  options: Partial<HttpOriginOptions> = {}
): Promise<StartedHttpOrigin> => {
  const server = createServer(handler)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  const observer = createRecorder()
  const origin = createHttpOrigin({
    url,
    timeoutMs: 5000,
    maxConnections: 10,
    maxQueue: 10,
    protectedHeaders: [],
    maxHeaderBytes: 65_536,
    observer,
    ...options
  })
  t.teardown(async () => {
    await origin.close()
    server.closeAllConnections()
    server.close()
  })
  return {
    origin,
    told: observer.told,
    url,
    fetch: (request = {}) =>
      origin.fetch({
        resource: 'row',
        method: 'GET',
        target: '/',
        headers: [],
        body: undefined,
        cancel: NEVER,
        ...request
      })
  }
}

export const bytesOf = async (body: AsyncIterable<unknown>): Promise<Buffer> => {
  const chunks: Buffer[] = []
  for await (const chunk of body) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
