import { readFileSync } from 'node:fs'
import type { Test } from 'tap'
import type { Store } from '../../src/cache/store.js'
import type { StoreUnderTest } from '../stores/contract.js'
import { connectStore, inspectTags } from '../stores/redis-fixtures.js'

export interface TlsStoreOptions {
  readonly url: string
  readonly prefix: string
  readonly caFile: string
  readonly username?: string
  readonly password?: string
}

/** Up, and closed at the end of the test. */
export const connectTlsStore = async (t: Test, { caFile, ...settings }: TlsStoreOptions): Promise<Store> => {
  const { store } = await connectStore(t, { ...settings, ca: readFileSync(caFile, 'utf8') })
  return store
}

/** The same, and a look at its tag indexes. */
export const inspectTlsStore = async (t: Test, options: TlsStoreOptions): Promise<StoreUnderTest> => {
  const { caFile, ...settings } = options
  return {
    store: await connectTlsStore(t, options),
    isTagged: inspectTags(t, { ...settings, ca: readFileSync(caFile, 'utf8') })
  }
}
