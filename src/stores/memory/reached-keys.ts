import { matchesAny } from '../../cache/invalidate/glob.js'
import type { Invalidation } from '../../cache/invalidate/invalidation.js'
import { isSliceOver, nextSlice } from '../../concurrency/time-slices.js'
import { keyOfSlot } from '../../cache/store.js'
import type { TagIndex } from './tag-index.js'

export interface Stored {
  /** The slots that hold an entry at this moment. */
  readonly slots: () => readonly string[]
  readonly index: TagIndex
}

/** The slots that an invalidation reaches, some at a time and some of them twice; slots that come later are not looked at. */
export async function* slotsReachedBy(
  { keys, tags, patterns }: Invalidation,
  { slots, index }: Stored
): AsyncGenerator<Iterable<string>> {
  for (const key of keys) {
    if (isSliceOver()) await nextSlice()
    yield [key, `@value:${key}`]
    yield [...index.slotsOf(key)]
  }
  for (const tag of tags) {
    if (isSliceOver()) await nextSlice()
    yield [...index.slotsOf(tag)]
  }
  if (patterns.length === 0) return
  for (const slot of slots()) {
    const key = keyOfSlot(slot)
    if (key !== undefined && (await matchesAny(patterns, key))) yield [slot]
  }
  for (const tag of [...index.tags()]) {
    if (await matchesAny(patterns, tag)) yield [...index.slotsOf(tag)]
  }
}
