import { type Invalidation, invalidationOf } from '../cache/invalidation.js'

/**
 * The invalidations that arrived while the store could not take them, as the names to be invalidated: their
 * order does not matter. It is bounded: when it overflows, everything is to be invalidated. It dies with the
 * process.
 */
export interface Journal {
  /** Names that are pending; everything counts as one. */
  readonly size: number
  add(invalidation: Invalidation): void
  /** Hands out a bounded part, which stays pending until it is `done` or put back. */
  take(): Invalidation | undefined
  done(): void
  putBack(taken: Invalidation): void
}

const CAPACITY = 10_000
const TAKEN_AT_ONCE = 1000

export const createJournal = (capacity = CAPACITY): Journal => {
  const keys = new Set<string>()
  const tags = new Set<string>()
  const patterns = new Set<string>()
  let all = false
  let beingCarriedOut = 0

  const size = (): number => (all ? 1 : keys.size + tags.size + patterns.size)

  const forgetNames = (): void => {
    for (const names of [keys, tags, patterns]) names.clear()
  }

  const takeFrom = (names: Set<string>): string[] => {
    const taken: string[] = []
    for (const name of names) {
      if (taken.length === TAKEN_AT_ONCE) break
      taken.push(name)
      names.delete(name)
    }
    return taken
  }

  const add = (invalidation: Invalidation): void => {
    for (const key of invalidation.keys) keys.add(key)
    for (const tag of invalidation.tags) tags.add(tag)
    for (const pattern of invalidation.patterns) patterns.add(pattern)
    all ||= invalidation.all || size() > capacity
    if (all) forgetNames()
  }

  const takeSome = (): Invalidation | undefined => {
    if (size() === 0) return undefined
    if (!all)
      return invalidationOf({ keys: takeFrom(keys), tags: takeFrom(tags), patterns: takeFrom(patterns) })
    all = false
    return invalidationOf({ all: true })
  }

  return {
    get size() {
      return size() + beingCarriedOut
    },
    add,
    take: () => {
      const before = size()
      const taken = takeSome()
      beingCarriedOut = before - size()
      return taken
    },
    done: () => {
      beingCarriedOut = 0
    },
    putBack: (taken) => {
      beingCarriedOut = 0
      add(taken)
    }
  }
}
