/**
 * Whether somebody who waits has left, and whom to tell. It is what an `AbortSignal` is for; but Node keeps each
 * of those, with all that its listeners hold, until a major garbage collection, and a miss needs several.
 */
export interface Leaving {
  readonly hasLeft: boolean
  /** Runs `told` when they leave, once, and at once when they have. Returns how to forget it. */
  readonly whenLeft: (told: () => void) => () => void
}

/** A class, because V8 makes a hidden class of each object literal that has a getter, which is old from the start. */
export class Leaver implements Leaving {
  readonly #listeners = new Set<() => void>()
  #hasLeft = false

  get hasLeft(): boolean {
    return this.#hasLeft
  }

  whenLeft(told: () => void): () => void {
    if (this.#hasLeft) told()
    else this.#listeners.add(told)
    return () => this.#listeners.delete(told)
  }

  leave(): void {
    if (this.#hasLeft) return
    this.#hasLeft = true
    for (const told of this.#listeners) told()
    this.#listeners.clear()
  }
}

/** Of one who stays to the end. */
export const STAYING: Leaving = { hasLeft: false, whenLeft: () => () => undefined }

/** The reader has left; nobody is there to be answered. */
export class LeftError extends Error {
  override readonly name = 'LeftError'
}
