import type { Observer } from '../cache/observer.js'

/** One observer that tells all of them, in order. Each watches only the events it has a method for. */
export const observeAll = (observers: readonly Partial<Observer>[]): Observer => ({
  answered: (event) => {
    for (const observer of observers) observer.answered?.(event)
  },
  fillDropped: (event) => {
    for (const observer of observers) observer.fillDropped?.(event)
  },
  unstorable: (event) => {
    for (const observer of observers) observer.unstorable?.(event)
  },
  originAsked: (event) => {
    for (const observer of observers) observer.originAsked?.(event)
  },
  originBrokeOff: (event) => {
    for (const observer of observers) observer.originBrokeOff?.(event)
  },
  invalidated: (event) => {
    for (const observer of observers) observer.invalidated?.(event)
  },
  invalidationsFolded: (event) => {
    for (const observer of observers) observer.invalidationsFolded?.(event)
  },
  storeFailed: (event) => {
    for (const observer of observers) observer.storeFailed?.(event)
  },
  storeAsked: (event) => {
    for (const observer of observers) observer.storeAsked?.(event)
  },
  storeChanged: (event) => {
    for (const observer of observers) observer.storeChanged?.(event)
  },
  storeStaysDown: (event) => {
    for (const observer of observers) observer.storeStaysDown?.(event)
  },
  epochBegan: (event) => {
    for (const observer of observers) observer.epochBegan?.(event)
  }
})
