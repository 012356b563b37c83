import type { Observer } from '../cache/observer.js'

type Watch<Event> = (event: Event) => void

/**
 * One observer that tells all of them, in order. Each watches only the events it has a method for. This is settled
 * here, once: an event that one observer watches goes straight to that observer.
 */
export const observeAll = (observers: readonly Partial<Observer>[]): Observer => {
  const all = <Event>(watchOf: (observer: Partial<Observer>) => Watch<Event> | undefined): Watch<Event> =>
    together(observers.flatMap((observer) => watchOf(observer) ?? []))

  return {
    answered: all((observer) => observer.answered?.bind(observer)),
    bypassed: all((observer) => observer.bypassed?.bind(observer)),
    unstored: all((observer) => observer.unstored?.bind(observer)),
    compressed: all((observer) => observer.compressed?.bind(observer)),
    originAsked: all((observer) => observer.originAsked?.bind(observer)),
    originFailed: all((observer) => observer.originFailed?.bind(observer)),
    originBrokeOff: all((observer) => observer.originBrokeOff?.bind(observer)),
    invalidated: all((observer) => observer.invalidated?.bind(observer)),
    invalidationsFolded: all((observer) => observer.invalidationsFolded?.bind(observer)),
    storeFailed: all((observer) => observer.storeFailed?.bind(observer)),
    storeAsked: all((observer) => observer.storeAsked?.bind(observer)),
    storeChanged: all((observer) => observer.storeChanged?.bind(observer)),
    storeStaysDown: all((observer) => observer.storeStaysDown?.bind(observer)),
    storeLacks: all((observer) => observer.storeLacks?.bind(observer)),
    tokenRenewed: all((observer) => observer.tokenRenewed?.bind(observer)),
    tokenNotRenewed: all((observer) => observer.tokenNotRenewed?.bind(observer)),
    epochBegan: all((observer) => observer.epochBegan?.bind(observer)),
    outboxChanged: all((observer) => observer.outboxChanged?.bind(observer)),
    outboxFailed: all((observer) => observer.outboxFailed?.bind(observer)),
    outboxTaken: all((observer) => observer.outboxTaken?.bind(observer)),
    outboxCounted: all((observer) => observer.outboxCounted?.bind(observer)),
    outboxRowUnreadable: all((observer) => observer.outboxRowUnreadable?.bind(observer)),
    audited: all((observer) => observer.audited?.bind(observer))
  }
}

const together = <Event>(watches: readonly Watch<Event>[]): Watch<Event> => {
  const [only] = watches
  if (only !== undefined && watches.length === 1) return only
  return (event) => {
    for (const watch of watches) watch(event)
  }
}
