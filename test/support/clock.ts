export interface Clock {
  /** Epoch milliseconds; does not need the object it stands on. */
  readonly now: () => number
  readonly advance: (ms: number) => void
}

export const createClock = (start = Date.UTC(2026, 0, 1)): Clock => {
  let time = start
  return {
    now: () => time,
    advance: (ms) => {
      time += ms
    }
  }
}
