import type { Answered, Observer, Outcome } from '../cache/observer.js'

/**
 * Counts answers by resource and outcome with the sum of their durations. Statistics and metrics are both read
 * from it, so that they agree and a hit is counted once: adding to a plain number takes a tenth of the time of
 * a labelled Prometheus counter.
 */
export interface Tally extends Pick<Observer, 'answered'> {
  readonly counts: ReadonlyMap<string, ReadonlyMap<Outcome, Readonly<Count>>>
}

export interface Count {
  answers: number
  durationMs: number
}

export const createTally = (): Tally => {
  const counts = new Map<string, Map<Outcome, Count>>()

  const add = ({ resource, outcome }: Answered): Count => {
    const count = { answers: 0, durationMs: 0 }
    const byOutcome = counts.get(resource) ?? new Map<Outcome, Count>()
    counts.set(resource, byOutcome.set(outcome, count))
    return count
  }

  return {
    counts,
    answered: (event) => {
      const count = counts.get(event.resource)?.get(event.outcome) ?? add(event)
      count.answers++
      count.durationMs += event.durationMs
    }
  }
}
