import { type Invalidation, invalidationOf } from '../cache/invalidation.js'

/**
 * The invalidations that arrived while the store could not take them, oldest first. It is bounded: when it
 * overflows, one invalidation of everything stands for all of them. It dies with the process.
 */
export interface Journal {
  readonly size: number
  add(invalidation: Invalidation): void
  first(): Invalidation | undefined
  /** Removes what `first` returned, unless an overflow has replaced it meanwhile. */
  done(invalidation: Invalidation): void
}

export const createJournal = (capacity = 10_000): Journal => {
  let pending: Invalidation[] = []
  return {
    get size() {
      return pending.length
    },
    add: (invalidation) => {
      if (pending.length >= capacity) pending = [invalidationOf({ all: true })]
      else pending.push(invalidation)
    },
    first: () => pending[0],
    done: (invalidation) => {
      if (pending[0] === invalidation) pending.shift()
    }
  }
}
