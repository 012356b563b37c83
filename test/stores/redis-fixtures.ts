import { randomEpoch } from '../../src/cache/position.js'
import type { Test } from 'tap'
import type { Observer } from '../../src/cache/observer.js'
import type { Store } from '../../src/cache/store.js'
import { createRedisStore } from '../../src/stores/redis/redis-store.js'
import {
  createClient,
  type RedisClient,
  type RedisSettings
} from '../../src/stores/redis/connection/client.js'
import { eventually } from '../support/eventually.js'
import { type RedisServer, type RedisServerOptions, startRedis } from '../support/redis-server.js'
import type { StoreUnderTest } from './contract.js'
import { createRecorder, type RecordingObserver } from './observer.js'

export interface WatchedStore {
  readonly store: Store
  readonly told: RecordingObserver['told']
}

export interface StoreSettings extends Pick<
  RedisSettings,
  'url' | 'username' | 'password' | 'ca' | 'credentials'
> {
  readonly prefix?: string
  readonly commandTimeoutMs?: number
  readonly invalidationTimeoutMs?: number
  /** In place of the real clock. */
  readonly now?: () => number
  /** In place of one that remembers. */
  readonly observer?: Observer
}

/** A server for this test alone. */
export const redisFor = async (t: Test, options?: RedisServerOptions): Promise<RedisServer> => {
  const server = await startRedis(options)
  t.teardown(() => server.stop())
  return server
}

/** Not yet up. */
export const openStore = async (t: Test, settings: StoreSettings): Promise<WatchedStore> => {
  const observer = createRecorder()
  const named = { prefix: 'spms:', connectTimeoutMs: 1000, ...settings }
  const client = createClient(named)
  const store = createRedisStore({
    client,
    commandTimeoutMs: 2000,
    invalidationTimeoutMs: 5000,
    now: Date.now,
    randomEpoch,
    observer,
    ...named
  })
  t.teardown(async () => {
    await store.close()
    await client.quit()
  })
  return { store, told: observer.told }
}

export const untilUp = (store: Store): Promise<unknown> =>
  eventually(async () => (await store.stats()).state === 'up', { intervalMs: 5 })

/** Until the store has done an operation so many times. */
export const untilAsked = (told: WatchedStore['told'], asked: string, times: number): Promise<unknown> =>
  eventually(() => told.storeAsked.filter(({ operation }) => operation === asked).length >= times)

export const connectStore = async (t: Test, settings: StoreSettings): Promise<WatchedStore> => {
  const watched = await openStore(t, settings)
  await untilUp(watched.store)
  return watched
}

/** Whether any entry of the store still carries a tag, seen over a connection of its own that is made when it is needed. */
export const inspectTags = (
  t: Test,
  settings: Omit<RedisSettings, 'connectTimeoutMs'>
): StoreUnderTest['isTagged'] => {
  let connected: Promise<RedisClient> | undefined
  const connect = async (): Promise<RedisClient> => {
    const client = createClient({ connectTimeoutMs: 1000, ...settings })
    t.teardown(() => client.disconnect())
    await client.connect()
    return client
  }
  return async (tag) =>
    (await (await (connected ??= connect())).exists(`${settings.prefix}@tag:${tag}`)) === 1
}

/** Up, with a look at its tag indexes. */
export const connectInspected = async (
  t: Test,
  settings: StoreSettings & { readonly prefix: string }
): Promise<StoreUnderTest> => ({
  store: (await connectStore(t, settings)).store,
  isTagged: inspectTags(t, settings)
})

/** A figure of INFO. */
export const infoOf = async (server: RedisServer, section: string, field: string): Promise<string> => {
  const info = String(await server.cli('info', section))
  return new RegExp(`^${field}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? ''
}

/** All keys of the server, in order. */
export const keysOf = async (server: RedisServer): Promise<string[]> => {
  const keys = await server.client().keys('*')
  return keys.sort()
}
