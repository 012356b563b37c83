/**
 * Remembers for a while the keys whose answers cannot be stored, so that their readers do not wait for one
 * another. Bounded: the oldest mark goes first, and all made before a step back of the clock are over.
 */
export interface UncacheableKeys {
  add(key: string): void
  has(key: string): boolean
}

const CAPACITY = 10_000
const KEPT_MS = 60_000

export const createUncacheableKeys = (now: () => number): UncacheableKeys => {
  const madeAt = new Map<string, number>()
  return {
    add: (key) => {
      madeAt.delete(key)
      madeAt.set(key, now())
      const [oldest] = madeAt.keys()
      if (madeAt.size > CAPACITY && oldest !== undefined) madeAt.delete(oldest)
    },
    has: (key) => {
      const made = madeAt.get(key)
      if (made === undefined) return false
      const age = now() - made
      if (age >= 0 && age < KEPT_MS) return true
      madeAt.delete(key)
      return false
    }
  }
}
