import { LRUCache } from 'lru-cache'
import { isReached } from '../invalidate/matcher.js'
import type { UnstoredReason } from '../observer.js'
import { compareRecordIds, epochOf, type Position, recordIdOf } from '../position.js'
import type { Store } from '../store.js'
import type { Lookup } from './lookup.js'
import { tagsWithoutAnswer } from './entry-tags.js'

/** Why the last answer for a key could not be stored. */
interface Note {
  readonly reason: UnstoredReason
  /** No invalidation up to this one has reached the key since; `undefined` when the store was unavailable. */
  position: Position | undefined
  /** The tags that an entry would have, as far as they do not come from its body. */
  readonly tags: readonly string[]
}

const CAPACITY = 10_000
const NOTED_MS = 60_000

export interface UncacheableKeysOptions {
  readonly store: Pick<Store, 'recordsBetween'>
  /** Milliseconds of a clock that does not step back. */
  readonly elapsed: () => number
}

/**
 * The keys whose answers could not be stored, and would not be the next time either: lookups of these do not wait for
 * one another for a while (Varnish: hit-for-miss). An invalidation that reaches the key ends that, and so does an answer
 * that is stored.
 */
export class UncacheableKeys {
  readonly #notes: LRUCache<string, Note>
  readonly #store: Pick<Store, 'recordsBetween'>

  constructor({ store, elapsed }: UncacheableKeysOptions) {
    this.#store = store
    this.#notes = new LRUCache({ max: CAPACITY, ttl: NOTED_MS, ttlResolution: 0, perf: { now: elapsed } })
  }

  /** For the answer to a request that the origin was sent after this lookup had read the store. */
  note(lookup: Lookup, reason: UnstoredReason): void {
    this.#notes.set(lookup.cacheable.key, {
      reason,
      position: lookup.position,
      tags: tagsWithoutAnswer(lookup)
    })
  }

  forget(key: string): void {
    this.#notes.delete(key)
  }

  /** Whether the key was noted; an invalidation since then does not count. */
  isNoted(key: string): boolean {
    return this.#notes.has(key)
  }

  /** Why the key is uncacheable for this lookup; `undefined` when it is not, or not any longer. */
  async reasonFor({ cacheable: { key }, position }: Lookup): Promise<UnstoredReason | undefined> {
    const note = this.#notes.get(key)
    if (note === undefined || position === undefined || note.position === undefined) return note?.reason
    if (isCovered(position, note.position)) return note.reason
    const records = await this.#store.recordsBetween(note.position, position).catch(() => undefined)
    if (records !== undefined && !isReached(records, key, note.tags)) {
      note.position = position
      return note.reason
    }
    if (this.#notes.peek(key) === note) this.#notes.delete(key)
    return undefined
  }
}

/** Whether all invalidations up to one position are among those up to another. */
const isCovered = (position: Position, by: Position): boolean =>
  epochOf(position) === epochOf(by) && compareRecordIds(recordIdOf(position), recordIdOf(by)) <= 0
