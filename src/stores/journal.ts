import { type Invalidation, invalidationOf } from '../cache/invalidate/invalidation.js'

/**
 * The invalidations that arrived while the store could not take them, as the names to be invalidated: their
 * order does not matter. It is bounded: when it overflows, everything is to be invalidated. It dies with the
 * process.
 */
export interface Journal {
  /** RedisKeys that are pending; everything counts as one. */
  readonly size: number
  add(invalidation: Invalidation): void
  /** Hands out a bounded part, which stays pending until it is `done` or put back. */
  take(): Invalidation | undefined
  /** What was taken has been carried out, by the record with this id. */
  done(id: string): void
  putBack(taken: Invalidation): void
  /** Runs `told` once all that is pending now has been carried out, with the id of the last record. Returns how to forget it. */
  whenDone(told: (id: string) => void): () => void
}

const CAPACITY = 10_000
const TAKEN_AT_ONCE = 1000

export const createJournal = (capacity = CAPACITY): Journal => {
  const keys = new Set<string>()
  const tags = new Set<string>()
  const patterns = new Set<string>()
  let all = false
  let beingCarriedOut = 0
  /** Who wait for names that are still here, and who for the last of them, which are being carried out. */
  const waiting = new Set<(id: string) => void>()
  const nextTold = new Set<(id: string) => void>()

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
      if (size() === 0) move(waiting, nextTold)
      return taken
    },
    done: (id) => {
      beingCarriedOut = 0
      const told = [...nextTold]
      nextTold.clear()
      for (const tell of told) tell(id)
    },
    putBack: (taken) => {
      beingCarriedOut = 0
      add(taken)
      move(nextTold, waiting)
    },
    whenDone: (told) => {
      waiting.add(told)
      return () => {
        waiting.delete(told)
        nextTold.delete(told)
      }
    }
  }
}

const move = <T>(from: Set<T>, to: Set<T>): void => {
  for (const member of from) to.add(member)
  from.clear()
}
