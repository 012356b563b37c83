import type { Observer } from '../../src/cache/observer.js'

type Told = { readonly [Name in keyof Observer]: Parameters<Observer[Name]>[0][] }

export interface RecordingObserver extends Observer {
  readonly told: Told
}

/** Remembers what a store tells. */
export const createRecorder = (): RecordingObserver => {
  const told: Told = {
    answered: [],
    bypassed: [],
    unstored: [],
    compressed: [],
    originAsked: [],
    originFailed: [],
    originBrokeOff: [],
    invalidated: [],
    invalidationsFolded: [],
    storeFailed: [],
    storeAsked: [],
    storeChanged: [],
    storeStaysDown: [],
    storeLacks: [],
    tokenRenewed: [],
    tokenNotRenewed: [],
    epochBegan: [],
    outboxChanged: [],
    outboxFailed: [],
    outboxTaken: [],
    outboxCounted: [],
    outboxRowUnreadable: [],
    audited: []
  }
  return {
    told,
    answered: (event) => void told.answered.push(event),
    bypassed: (event) => void told.bypassed.push(event),
    unstored: (event) => void told.unstored.push(event),
    compressed: (event) => void told.compressed.push(event),
    originAsked: (event) => void told.originAsked.push(event),
    originFailed: (event) => void told.originFailed.push(event),
    originBrokeOff: (event) => void told.originBrokeOff.push(event),
    invalidated: (event) => void told.invalidated.push(event),
    invalidationsFolded: (event) => void told.invalidationsFolded.push(event),
    storeFailed: (event) => void told.storeFailed.push(event),
    storeAsked: (event) => void told.storeAsked.push(event),
    storeChanged: (event) => void told.storeChanged.push(event),
    storeStaysDown: (event) => void told.storeStaysDown.push(event),
    storeLacks: (event) => void told.storeLacks.push(event),
    tokenRenewed: (event) => void told.tokenRenewed.push(event),
    tokenNotRenewed: (event) => void told.tokenNotRenewed.push(event),
    epochBegan: (event) => void told.epochBegan.push(event),
    outboxChanged: (event) => void told.outboxChanged.push(event),
    outboxFailed: (event) => void told.outboxFailed.push(event),
    outboxTaken: (event) => void told.outboxTaken.push(event),
    outboxCounted: (event) => void told.outboxCounted.push(event),
    outboxRowUnreadable: (event) => void told.outboxRowUnreadable.push(event),
    audited: (event) => void told.audited.push(event)
  }
}
