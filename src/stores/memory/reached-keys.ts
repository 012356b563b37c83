import { nameIn, valueKey } from '../../cache/tags.js'
import { matchesAny } from '../../cache/invalidate/glob.js'
import type { Invalidation } from '../../cache/invalidation.js'
import { isSliceOver, nextSlice } from '../../concurrency/time-slices.js'
import type { TagIndex } from './tag-index.js'

export interface Stored {
  /** The store keys that hold an entry at this moment. */
  readonly storeKeys: () => readonly string[]
  readonly index: TagIndex
}

/** The store keys that an invalidation reaches, some at a time and some of them twice; store keys that come later are not looked at. */
export async function* keysReachedBy(
  { keys, tags, patterns }: Invalidation,
  { storeKeys, index }: Stored
): AsyncGenerator<Iterable<string>> {
  for (const key of keys) {
    if (isSliceOver()) await nextSlice()
    yield [key, valueKey(key)]
    yield [...index.storeKeysOf(key)]
  }
  for (const tag of tags) {
    if (isSliceOver()) await nextSlice()
    yield [...index.storeKeysOf(tag)]
  }
  if (patterns.length === 0) return
  for (const storeKey of storeKeys()) {
    const key = nameIn(storeKey)
    if (key !== undefined && (await matchesAny(patterns, key))) yield [storeKey]
  }
  for (const tag of [...index.tags()]) {
    if (await matchesAny(patterns, tag)) yield [...index.storeKeysOf(tag)]
  }
}
