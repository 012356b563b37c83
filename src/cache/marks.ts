/**
 * Remembers for a while the keys whose answers cannot be stored, so that their readers do not wait for one
 * another. Bounded: the oldest mark goes first.
 */
export interface Marks {
  add(key: string): void
  has(key: string): boolean
}

const CAPACITY = 10_000
const KEPT_MS = 60_000

export const createMarks = (now: () => number): Marks => {
  const until = new Map<string, number>()
  return {
    add: (key) => {
      until.delete(key)
      until.set(key, now() + KEPT_MS)
      const [oldest] = until.keys()
      if (until.size > CAPACITY && oldest !== undefined) until.delete(oldest)
    },
    has: (key) => {
      const end = until.get(key)
      if (end === undefined) return false
      if (now() < end) return true
      until.delete(key)
      return false
    }
  }
}
