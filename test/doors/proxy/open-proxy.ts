import { randomEpoch } from '../../../src/cache/position.js'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import type { Test } from 'tap'
import { createOrigin, type Origin as SampleOrigin } from '../../../demo/origin/origin.js'
import { type CacheOptions, createCache } from '../../../src/cache/cache.js'
import type { Store } from '../../../src/cache/store.js'
import { createServerFactory } from '../../../src/doors/server-factory.js'
import { createProxyDoor } from '../../../src/doors/proxy/proxy-door.js'
import { Unread } from '../../../src/doors/proxy/unread.js'
import { createHttpOrigin, type HttpOriginOptions } from '../../../src/origin/http-origin.js'
import { readResources } from '../../../src/resources/load.js'
import { createMemoryStore } from '../../../src/stores/memory/memory-store.js'
import { createLogger } from '../../../src/telemetry/logger.js'
import { createRecorder, type RecordingObserver } from '../../stores/observer.js'
import { type Clock, createClock } from '../../support/clock.js'
import { http, type HttpAnswer, type HttpOptions } from '../../support/http.js'

export interface ProxyOptions extends Partial<Omit<CacheOptions, 'store' | 'origin'>> {
  readonly http?: Partial<HttpOriginOptions>
  readonly store?: Store
  readonly trustedFields?: readonly string[]
  readonly callerTimeoutMs?: number
}

export interface OpenProxy {
  readonly url: string
  readonly port: number
  readonly clock: Clock
  readonly store: Store
  readonly told: RecordingObserver['told']
  readonly unread: Unread
  /** Reads of the store that have been answered: so many readers have looked. */
  readonly reads: () => number
  readonly call: (method: string, path: string, options?: Omit<HttpOptions, 'method'>) => Promise<HttpAnswer>
  readonly get: (path: string, headers?: Readonly<Record<string, string>>) => Promise<HttpAnswer>
  /** Sends these bytes and resolves with all that comes back until the connection closes. */
  readonly exchange: (text: string) => Promise<string>
  /** A connection of one's own. */
  readonly dial: () => Socket
  readonly close: () => Promise<void>
}

const tableFor = (trustedHeaders: readonly string[]) =>
  readResources(undefined, { defaultTtlSeconds: 300, maxTtlSeconds: 86_400, trustedHeaders }).table

/** A proxy door over the origin at this address, with a memory store and a clock of its own. */
export const openProxy = async (t: Test, url: string, options: ProxyOptions = {}): Promise<OpenProxy> => {
  const clock = createClock()
  const { trustedFields = [] } = options
  const table = tableFor(trustedFields)
  const opened = options.store ?? createMemoryStore({ maxBytes: 100_000_000, now: clock.now, randomEpoch })
  let reads = 0
  const store: Store = { ...opened, read: (storeKeys) => opened.read(storeKeys).finally(() => reads++) }
  const observer = createRecorder()
  const origin = createHttpOrigin({
    url,
    timeoutMs: 10_000,
    maxConnections: 2000,
    maxQueue: 100,
    protectedHeaders: ['origin', 'x-forwarded-proto', ...table.identity.headers],
    maxHeaderBytes: 65_536,
    observer,
    ...options.http
  })
  const cache = createCache({
    table,
    observer,
    now: clock.now,
    maxTtlMs: 86_400_000,
    maxEntryBytes: 1024 * 1024,
    mode: 'on',
    ...options,
    store,
    origin
  })
  const unread = new Unread({ timeoutMs: options.callerTimeoutMs ?? 60_000 })
  const door = createProxyDoor({
    cache,
    serverFactory: createServerFactory({ timeoutMs: options.callerTimeoutMs ?? 60_000 }),
    unread,
    state: { isDraining: false },
    now: () => performance.now(),
    trustedFields,
    loggerInstance: createLogger({ level: 'silent' })
  })
  const address = await door.listen({ host: '127.0.0.1', port: 0 })
  t.teardown(async () => {
    door.server.closeAllConnections()
    await door.close()
    await origin.close()
  })
  const port = Number(new URL(address).port)
  const call: OpenProxy['call'] = (method, path, named) => http(address + path, { method, ...named })
  return {
    url: address,
    port,
    clock,
    store,
    told: observer.told,
    unread,
    reads: () => reads,
    call,
    get: (path, headers) => call('GET', path, headers === undefined ? {} : { headers }),
    exchange: (text) => exchange(port, text),
    dial: () => connect(port, '127.0.0.1'),
    close: () => door.close()
  }
}

const exchange = (port: number, text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let received = ''
    socket.setEncoding('latin1').on('data', (chunk: string) => (received += chunk))
    socket.once('error', reject).once('close', () => resolve(received))
    socket.write(text, 'latin1')
  })

export interface SampleProxy extends OpenProxy {
  readonly origin: SampleOrigin
}

/** Before the sample origin, which answers without delay. */
export const openSampleProxy = async (t: Test, options: ProxyOptions = {}): Promise<SampleProxy> => {
  const origin = createOrigin({ latency: { minMs: 0, maxMs: 0 } })
  t.teardown(() => origin.close())
  return { ...(await openProxy(t, await origin.listen(), options)), origin }
}

/** Before a bare server with this handler. */
export const openBareProxy = async (
  t: Test,
  handler: (request: IncomingMessage, response: ServerResponse) => void,
  options: ProxyOptions = {}
): Promise<OpenProxy> => {
  const server = createServer(handler)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return openProxy(t, `http://127.0.0.1:${(server.address() as AddressInfo).port}`, options)
}

export const statusOf = (answer: HttpAnswer): unknown => answer.headers['cache-status']
