const THRESHOLD = 3
const PATIENCE_MS = 1000

/**
 * Counts time-outs since the last answer, and trips when they are too many: one slow answer is no failure,
 * three are. A time-out that this process may itself be to blame for counts only when it has gone on for
 * long: a busy process and a frozen store look alike at first.
 */
export class Breaker {
  /** Whether there was a time-out since the last answer: only then need it be told of one. */
  isCounting = false
  #timeouts = 0
  #silentSince = 0

  succeeded(): void {
    this.isCounting = false
  }

  /** Returns true when this time-out trips the breaker. `now` is in ms. */
  timedOut(isOurFault: boolean, now: number): boolean {
    if (!this.isCounting) {
      this.isCounting = true
      this.#timeouts = 0
      this.#silentSince = now
    }
    if (!isOurFault) this.#timeouts++
    const isTripped = this.#timeouts >= THRESHOLD || now - this.#silentSince >= PATIENCE_MS
    if (isTripped) this.isCounting = false
    return isTripped
  }
}
