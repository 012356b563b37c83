/** Counts time-outs in a row, and trips when they are too many: one slow answer is no failure, three are. */
export interface Breaker {
  succeeded(): void
  /** Returns true when this time-out trips the breaker. */
  timedOut(): boolean
}

export const createBreaker = (threshold = 3): Breaker => {
  let timeouts = 0
  return {
    succeeded: () => {
      timeouts = 0
    },
    timedOut: () => {
      timeouts++
      if (timeouts < threshold) return false
      timeouts = 0
      return true
    }
  }
}
