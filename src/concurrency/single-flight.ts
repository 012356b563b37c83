import { CancelSource, type CancelSignal, CancelledError } from './cancellation.js'
import type { Position } from '../cache/position.js'

/**
 * One origin request that several readers wait for. It is cancelled when its last reader has left, and not
 * before: one that nobody has waited for yet, as in the background, goes on.
 */
export interface Flight<T> {
  /** Read before the origin was asked; `undefined` when the store was unavailable. */
  readonly position: Position | undefined
  /** The count of readers that had arrived when the origin was asked: they may all join. */
  readonly startedAfter: number
  readonly result: Promise<T>
  /** Waits for the landing; rejects with `CancelledError` when this reader leaves first. */
  wait(reader: CancelSignal): Promise<T>
}

export interface SingleFlight<T> {
  /** Numbers a reader's arrival, for comparison with departures. */
  readonly arrive: () => number
  readonly find: (key: string) => Flight<T> | undefined
  /** Asks the origin by `work` and lets later readers find the flight until it has ended. */
  start(key: string, position: Position | undefined, work: (readers: CancelSignal) => Promise<T>): Flight<T>
}

export const createSingleFlight = <T>(): SingleFlight<T> => {
  // A `Map` would keep what was deleted from it until a major collection: its old tables are linked to the new ones.
  const underWay = Object.create(null) as Record<string, Flight<T> | undefined>
  let arrivals = 0
  return {
    arrive: () => ++arrivals,
    find: (key) => underWay[key],
    start: (key, position, work) => {
      const readers = new CancelSource()
      const forget = (): void => {
        if (underWay[key] === flight) Reflect.deleteProperty(underWay, key)
      }
      // A cancelled request may take long to end; nobody is to join it until then.
      readers.onCancel(forget)
      const result = work(readers).finally(forget)
      const flight: Flight<T> = { position, startedAfter: arrivals, result, wait: waiting(result, readers) }
      // Whoever waits is told of a failure; a flight that everybody has left fails silently.
      result.catch(() => undefined)
      underWay[key] = flight
      return flight
    }
  }
}

const waiting = <T>(result: Promise<T>, readers: CancelSource): Flight<T>['wait'] => {
  let aboard = 0
  return (reader) =>
    new Promise((resolve, reject) => {
      aboard++
      const forget = reader.onCancel(() => {
        reject(new CancelledError())
        if (--aboard === 0) readers.leave()
      })
      result.then(resolve, reject)
      result.then(forget, forget)
    })
}
