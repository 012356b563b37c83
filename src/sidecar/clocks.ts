/** Milliseconds; does not need the object it stands on. */
export type Clock = () => number

/**
 * Epoch milliseconds that never step back: where the wall clock does, the time since the last call goes on being
 * counted. Steps forward are followed, because a machine that slept counts none of that time. So what must not live
 * longer than N ms does not, by whichever of the two clocks.
 */
export const createSteadyClock = (wall: Clock, monotonic: Clock): Clock => {
  let offset = -Infinity
  return () => {
    const elapsed = monotonic()
    offset = Math.max(offset, wall() - elapsed)
    return Math.floor(elapsed + offset)
  }
}

/** Milliseconds since the process started, with fractions; for durations. Bound, so that a call costs no other. */
export const monotonicNow: Clock = performance.now.bind(performance)

/** For all that only this process knows of: one clock, so that its parts agree. */
export const steadyNow = createSteadyClock(Date.now, monotonicNow)

/**
 * By which entries are made and judged. Those in Redis are other pods', too: by the wall clock, which is kept right
 * from outside. Where it steps back, the expiry that Redis itself counts ends them, ten minutes after their life where they
 * are kept to be confirmed.
 */
export const clockOf = (store: 'redis' | 'memory'): Clock => (store === 'memory' ? steadyNow : Date.now)
