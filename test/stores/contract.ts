import type { Test } from 'tap'
import type { Store } from '../../src/cache/store.js'
import { commitContract } from './contract/commit.js'
import { fenceContract } from './contract/fence.js'
import { invalidateContract } from './contract/invalidate.js'
import { modelContract } from './contract/model.js'
import { readContract } from './contract/read.js'

/** A new, empty store, closed at the end of the test. */
export type CreateStore = (t: Test) => Promise<Store>

/** What every store promises, whatever it is made of. */
export const storeContract = async (t: Test, createStore: CreateStore): Promise<void> => {
  for (const part of [readContract, commitContract, fenceContract, invalidateContract, modelContract]) {
    await part(t, createStore)
  }
}
