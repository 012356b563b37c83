import { randomEpoch } from '../../src/cache/position.js'
import type { Test } from 'tap'
import type { Store } from '../../src/cache/store.js'
import { createRedisStore } from '../../src/stores/redis/redis-store.js'
import { createRecorder } from '../stores/observer.js'
import type { StoreUnderTest } from '../stores/contract.js'
import { inspectTags, untilUp } from '../stores/redis-fixtures.js'

export interface TlsStoreOptions {
  readonly url: string
  readonly prefix: string
  readonly caFile: string
  readonly username?: string
  readonly password?: string
}

/** Up, and closed at the end of the test. */
export const connectTlsStore = async (t: Test, options: TlsStoreOptions): Promise<Store> => {
  const store = await createRedisStore({
    ...{ connectTimeoutMs: 1000, commandTimeoutMs: 2000, invalidationTimeoutMs: 5000 },
    ...{ now: Date.now, randomEpoch, observer: createRecorder() },
    ...options
  })
  t.teardown(() => store.close())
  await untilUp(store)
  return store
}

/** The same, and a look at its tag indexes. */
export const inspectTlsStore = async (t: Test, options: TlsStoreOptions): Promise<StoreUnderTest> => ({
  store: await connectTlsStore(t, options),
  isTagged: inspectTags(t, options)
})
