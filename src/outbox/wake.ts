/** Waiting that somebody else can end: a notification, or who stops the reader. */
export class Wake {
  #isWoken = false
  #isOver = false
  #end: (() => void) | undefined
  #isEndedByWake = false

  /** Ends the waiting of now, or the next one where nobody waits. */
  wake(): void {
    this.#isWoken = true
    if (this.#isEndedByWake) this.#end?.()
  }

  /** Ends every waiting, those to come too. */
  finish(): void {
    this.#isOver = true
    this.#end?.()
  }

  /** Resolves after so many milliseconds, or when it is woken. */
  async untilWoken(ms: number): Promise<void> {
    if (!this.#isWoken) await this.#wait(ms, true)
    this.#isWoken = false
  }

  /** Resolves after so many milliseconds, whoever wakes it: only `finish` ends it before. */
  pause(ms: number): Promise<void> {
    return this.#wait(ms, false)
  }

  #wait(ms: number, isEndedByWake: boolean): Promise<void> {
    if (this.#isOver || ms <= 0) return Promise.resolve()
    this.#isEndedByWake = isEndedByWake
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#end = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
