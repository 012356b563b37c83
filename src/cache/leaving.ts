/**
 * Whether somebody who waits has left, and whom to tell. It is what an `AbortSignal` is for; but Node keeps each
 * of those, with all that its listeners hold, until a major garbage collection, and a miss needs several.
 */
export interface Leaving {
  readonly hasLeft: boolean
  /** Runs `told` when they leave, once, and at once when they have. Returns how to forget it. */
  readonly whenLeft: (told: () => void) => () => void
}

export interface Leaver extends Leaving {
  readonly leave: () => void
}

export const createLeaver = (): Leaver => {
  const listeners = new Set<() => void>()
  let hasLeft = false
  return {
    get hasLeft() {
      return hasLeft
    },
    whenLeft: (told) => {
      if (hasLeft) told()
      else listeners.add(told)
      return () => void listeners.delete(told)
    },
    leave: () => {
      if (hasLeft) return
      hasLeft = true
      for (const told of listeners) told()
      listeners.clear()
    }
  }
}

/** Of one who stays to the end. */
export const STAYING: Leaving = { hasLeft: false, whenLeft: () => () => undefined }

/** The reader has left; nobody is there to be answered. */
export class LeftError extends Error {
  override readonly name = 'LeftError'
}
