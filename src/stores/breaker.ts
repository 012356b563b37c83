/**
 * Counts time-outs since the last answer, and trips when they are too many: one slow answer is no failure,
 * three are. A time-out that this process may itself be to blame for counts only when it has gone on for
 * long: a busy process and a frozen store look alike at first.
 */
export interface Breaker {
  succeeded(): void
  /** Returns true when this time-out trips the breaker. `now` is in ms. */
  timedOut(isOurFault: boolean, now: number): boolean
}

const THRESHOLD = 3
const PATIENCE_MS = 1000

export const createBreaker = (): Breaker => {
  let timeouts = 0
  let silentSince: number | undefined
  const reset = (): void => {
    timeouts = 0
    silentSince = undefined
  }
  return {
    succeeded: reset,
    timedOut: (isOurFault, now) => {
      silentSince ??= now
      if (!isOurFault) timeouts++
      const isTripped = timeouts >= THRESHOLD || now - silentSince >= PATIENCE_MS
      if (isTripped) reset()
      return isTripped
    }
  }
}
