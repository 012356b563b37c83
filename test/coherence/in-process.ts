import type { Test } from 'tap'
import type { Origin } from '../../demo/origin/origin.js'
import type { Store } from '../../src/cache/store.js'
import { readConfig } from '../../src/config/config.js'
import { type OpenedStore, openStore } from '../../src/sidecar/open-store.js'
import { createSidecar } from '../../src/sidecar/sidecar.js'
import { createLogger } from '../../src/telemetry/logger.js'
import { eventually } from '../support/eventually.js'
import { http, type HttpAnswer } from '../support/http.js'
import { HOST } from './targets.js'

/** A sidecar in this process, so that a test knows how far its readers have come. */
export interface LocalSidecar {
  readonly store: Store
  /** Reads of the store that have been answered or refused. */
  reads(): number
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<HttpAnswer>
  write(method: string, path: string, writing: Writing): Promise<HttpAnswer>
  invalidate(named: object): Promise<HttpAnswer>
}

export interface Writing {
  readonly headers?: Readonly<Record<string, string>>
  readonly json?: unknown
  /** Ends the connection, as a caller does who leaves. */
  readonly signal?: AbortSignal
}

/** Ready and closed with the test. It waits for its store unless told that there is none. */
export const openSidecar = async (
  t: Test,
  environment: Readonly<Record<string, string>>,
  { isStoreUp = true }: { readonly isStoreUp?: boolean } = {}
): Promise<LocalSidecar> => {
  let reads = 0
  let opened: OpenedStore | undefined
  // A start that fails leaves nothing open behind it.
  t.teardown(async () => {
    await opened?.close()
    await opened?.client?.quit()
  })
  const sidecar = await createSidecar({
    config: readConfig({ ...ANY_PORTS, ...environment }),
    log: createLogger({ level: 'silent' }),
    openStore: (config, observer) => {
      const store = openStore(config, observer)
      opened = { ...store, read: (storeKeys) => store.read(storeKeys).finally(() => reads++) }
      return opened
    }
  })
  t.teardown(() => sidecar.close())
  const { proxy, control } = await sidecar.listen()
  const store = opened
  if (store === undefined) throw new Error('The sidecar has opened no store.')
  if (isStoreUp) await untilUp(store)

  const send = (url: string, method: string, { headers = {}, json, signal }: Writing): Promise<HttpAnswer> =>
    http(url, {
      method,
      headers: json === undefined ? { ...headers } : { 'content-type': 'application/json', ...headers },
      body: json === undefined ? '' : JSON.stringify(json),
      ...(signal !== undefined && { signal })
    })
  return {
    store,
    reads: () => reads,
    get: (path, headers = {}) => http(`${proxy}/api/v1/${path}`, { headers: { host: HOST, ...headers } }),
    write: (method, path, writing) => send(`${proxy}/api/v1/${path}`, method, writing),
    invalidate: (json) => send(`${control}/v1/invalidations`, 'POST', { json })
  }
}

export const untilUp = (store: Store): Promise<unknown> =>
  eventually(async () => (await store.stats()).state === 'up', { intervalMs: 5 })

/** The budget is for stores that fail: here a loop that is busy with the test itself must not use it up. */
const ANY_PORTS = {
  ...{ PROXY_HOST: '127.0.0.1', OPS_HOST: '127.0.0.1' },
  ...{ PROXY_PORT: '0', CONTROL_PORT: '0', OPS_PORT: '0', REDIS_COMMAND_TIMEOUT_MS: '10000' }
}

/** What it returns resolves when the store has answered so many reads more: those readers wait for the origin. */
export const arrivalsAt = (sidecar: LocalSidecar, count: number): (() => Promise<unknown>) => {
  const expected = sidecar.reads() + count
  return () => eventually(() => sidecar.reads() >= expected, { intervalMs: 2, timeoutMs: 30_000 })
}

export interface Gate {
  /** Answers that are held back now. */
  held(): number
  open(): void
}

/** Holds back the origin's answers to one path: made when the request came, sent when the gate is opened. */
export const holdBack = (origin: Origin, path: string): Gate => {
  const waiting: (() => void)[] = []
  let isOpen = false
  origin.latency = ({ target }) =>
    isOpen || target !== `/api/v1/${path}` ? 0 : new Promise<void>((send) => waiting.push(send))
  return {
    held: () => waiting.length,
    open: () => {
      isOpen = true
      for (const send of waiting.splice(0)) send()
    }
  }
}

export const statusOf = ({ headers }: HttpAnswer): string => String(headers['cache-status'])

export const HIT = /^spms; hit; ttl=\d+$/
export const STORED = 'spms; fwd=uri-miss; stored'
export const COLLAPSED = 'spms; fwd=uri-miss; collapsed'
/** A miss whose fill was refused. */
export const NOT_STORED = 'spms; fwd=uri-miss; detail=invalidated'
