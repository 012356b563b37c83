import type { Test } from 'tap'
import type { Store } from '../../src/cache/store.js'
import { commitContract } from './contract/commit.js'
import { fenceContract } from './contract/fence.js'
import { invalidateContract } from './contract/invalidate.js'
import { keptContract } from './contract/kept.js'
import { listContract } from './contract/list.js'
import { modelContract } from './contract/model.js'
import { readContract } from './contract/read.js'

/** A store, and a look at its tag indexes, which those who use it do not have. */
export interface StoreUnderTest {
  readonly store: Store
  /** Whether any entry still carries the tag. */
  readonly isTagged: (tag: string) => Promise<boolean>
}

/** New and empty, closed at the end of the test. */
export type CreateStore = (t: Test) => Promise<StoreUnderTest>

/** What every store promises, whatever it is made of. */
export const storeContract = async (t: Test, createStore: CreateStore): Promise<void> => {
  const parts = [
    readContract,
    commitContract,
    fenceContract,
    invalidateContract,
    keptContract,
    listContract,
    modelContract
  ]
  for (const part of parts) await part(t, createStore)
}
