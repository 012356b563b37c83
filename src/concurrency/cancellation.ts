/**
 * Whether somebody no longer waits for what is being done. It is what an `AbortSignal` is for; but Node keeps each
 * of those, with all that its listeners hold, until a major garbage collection, and a miss needs several.
 */
export interface CancelSignal {
  readonly isCancelled: boolean
  /** Runs `told` on cancellation, once, and at once when that has been. Returns how to forget it. */
  readonly onCancel: (told: () => void) => () => void
}

/** A class, because V8 makes a hidden class of each object literal that has a getter, which is old from the start. */
export class CancelSource implements CancelSignal {
  readonly #listeners = new Set<() => void>()
  #isCancelled = false

  get isCancelled(): boolean {
    return this.#isCancelled
  }

  onCancel(told: () => void): () => void {
    if (this.#isCancelled) told()
    else this.#listeners.add(told)
    return () => this.#listeners.delete(told)
  }

  cancel(): void {
    if (this.#isCancelled) return
    this.#isCancelled = true
    for (const told of this.#listeners) told()
    this.#listeners.clear()
  }
}

/** Of what is waited for to the end. */
export const NEVER: CancelSignal = { isCancelled: false, onCancel: () => () => undefined }

/** Whoever waited has gone: nobody is there to be answered. */
export class CancelledError extends Error {
  override readonly name = 'CancelledError'
}
