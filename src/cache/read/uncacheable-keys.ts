import type { UnstoredReason } from '../observer.js'

/**
 * The keys whose answers could not be stored, and would not be the next time either: lookups of these do not wait for
 * one another for a while (Varnish: hit-for-miss). Bounded: the oldest goes first, and all noted before a step back of
 * the clock are over.
 */
export interface UncacheableKeys {
  add(key: string, reason: UnstoredReason): void
  /** `undefined` for a key that may be cacheable. */
  reasonFor(key: string): UnstoredReason | undefined
}

const CAPACITY = 10_000
const NOTED_MS = 60_000

interface Note {
  readonly reason: UnstoredReason
  /** Epoch milliseconds. */
  readonly at: number
}

export const createUncacheableKeys = (now: () => number): UncacheableKeys => {
  const notes = new Map<string, Note>()
  return {
    add: (key, reason) => {
      notes.delete(key)
      notes.set(key, { reason, at: now() })
      const [oldest] = notes.keys()
      if (notes.size > CAPACITY && oldest !== undefined) notes.delete(oldest)
    },
    reasonFor: (key) => {
      const note = notes.get(key)
      if (note === undefined) return undefined
      const age = now() - note.at
      if (age >= 0 && age < NOTED_MS) return note.reason
      notes.delete(key)
      return undefined
    }
  }
}
