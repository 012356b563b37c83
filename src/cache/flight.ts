import type { Position } from './position.js'

/**
 * One origin request that several readers wait for. It is cancelled when its last reader has left, and not
 * before: one that nobody has waited for yet, as in the background, goes on.
 */
export interface Flight<T> {
  /** Read before the origin was asked; `undefined` when the store was unavailable. */
  readonly position: Position | undefined
  /** The count of readers that had arrived when the origin was asked: they may all join. */
  readonly departure: number
  readonly landed: Promise<T>
  /** Waits for the landing; rejects with the signal's reason when this reader leaves first. */
  wait(signal: AbortSignal): Promise<T>
}

export interface Flights<T> {
  /** Numbers a reader's arrival, for comparison with departures. */
  readonly arrive: () => number
  readonly find: (key: string) => Flight<T> | undefined
  /** Asks the origin by `work` and lets later readers find the flight until it has landed. */
  depart(key: string, position: Position | undefined, work: (signal: AbortSignal) => Promise<T>): Flight<T>
}

export const createFlights = <T>(): Flights<T> => {
  const underWay = new Map<string, Flight<T>>()
  let arrivals = 0
  return {
    arrive: () => ++arrivals,
    find: (key) => underWay.get(key),
    depart: (key, position, work) => {
      const controller = new AbortController()
      const forget = (): void => {
        if (underWay.get(key) === flight) underWay.delete(key)
      }
      // A cancelled request may take long to end; nobody is to join it until then.
      controller.signal.addEventListener('abort', forget, { once: true })
      const landed = work(controller.signal).finally(forget)
      const flight: Flight<T> = { position, departure: arrivals, landed, wait: waiting(landed, controller) }
      // Whoever waits is told of a failure; a flight that everybody has left fails silently.
      landed.catch(() => undefined)
      underWay.set(key, flight)
      return flight
    }
  }
}

const waiting = <T>(landed: Promise<T>, controller: AbortController): Flight<T>['wait'] => {
  let readers = 0
  return (signal) =>
    new Promise((resolve, reject) => {
      readers++
      const leave = (): void => {
        reject(new LeftError())
        if (--readers === 0) controller.abort(new LeftError())
      }
      if (signal.aborted) {
        leave()
        return
      }
      signal.addEventListener('abort', leave, { once: true })
      landed.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave))
    })
}

/** The reader has left; nobody is there to be answered. */
export class LeftError extends Error {
  override readonly name = 'LeftError'
}
