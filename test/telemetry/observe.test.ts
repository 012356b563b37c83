import { invalidationOf } from '../../src/cache/invalidation.js'
import t from 'tap'
import { OriginError } from '../../src/cache/errors.js'
import type { Observer } from '../../src/cache/observer.js'
import { observeAll } from '../../src/telemetry/observe.js'

const NAMED = invalidationOf({ tags: ['a'] })

const tell = (observer: Observer): void => {
  observer.answered({
    resource: 'r',
    key: 'k',
    outcome: 'hit',
    status: 200,
    durationMs: 1,
    requestId: undefined,
    traceparent: undefined,
    route: undefined
  })
  observer.bypassed({ resource: 'none', route: undefined, reason: 'no-resource', target: '/', status: 200 })
  observer.unstored({ resource: 'r', key: 'k', reason: 'no-store' })
  observer.compressed({ resource: 'r', coding: 'br', outcome: 'kept' })
  observer.originAsked({ resource: 'r', status: 200, durationMs: 1 })
  observer.originFailed({ resource: 'r', durationMs: 1, error: new OriginError('timeout') })
  observer.originBrokeOff({
    resource: 'r',
    receivedBytes: 1,
    expectedBytes: 2,
    error: new Error('no')
  })
  observer.invalidated({ named: NAMED, source: 'control', kinds: ['key'], outcome: 'done', removed: 1 })
  observer.invalidationsFolded({ cause: 'wide', count: 2 })
  observer.storeFailed({ operation: 'read', kind: 'other', error: new Error('no') })
  observer.storeAsked({ operation: 'read', durationMs: 1 })
  observer.storeChanged({ state: 'down', kind: 'other', reason: 'no' })
  observer.storeStaysDown({ kind: 'other', reason: 'no' })
  observer.storeLacks({ capabilities: ['identity'], reason: undefined })
  observer.tokenRenewed({ expiresAt: 1 })
  observer.tokenNotRenewed({ reason: 'no', failures: 1 })
  observer.epochBegan({ reason: 'no-epoch' })
  observer.outboxChanged({ state: 'up', wokenBy: 'poll' })
  observer.outboxFailed({ kind: 'other', reason: 'no' })
  observer.outboxTaken({ delaysMs: [1] })
  observer.outboxCounted({ rows: 1, oldestMs: 1 })
  observer.outboxRowUnreadable({ id: '1', reason: 'no' })
  observer.audited({ resource: 'r', outcome: 'same' })
}

const recorder = (name: string, told: string[]): Observer => ({
  answered: () => told.push(`${name} answered`),
  bypassed: () => told.push(`${name} bypassed`),
  unstored: () => told.push(`${name} unstored`),
  compressed: () => told.push(`${name} compressed`),
  originAsked: () => told.push(`${name} originAsked`),
  originFailed: () => told.push(`${name} originFailed`),
  originBrokeOff: () => told.push(`${name} originBrokeOff`),
  invalidated: () => told.push(`${name} invalidated`),
  invalidationsFolded: () => told.push(`${name} invalidationsFolded`),
  storeFailed: () => told.push(`${name} storeFailed`),
  storeAsked: () => told.push(`${name} storeAsked`),
  storeChanged: () => told.push(`${name} storeChanged`),
  storeStaysDown: () => told.push(`${name} storeStaysDown`),
  storeLacks: () => told.push(`${name} storeLacks`),
  tokenRenewed: () => told.push(`${name} tokenRenewed`),
  tokenNotRenewed: () => told.push(`${name} tokenNotRenewed`),
  epochBegan: () => told.push(`${name} epochBegan`),
  outboxChanged: () => told.push(`${name} outboxChanged`),
  outboxFailed: () => told.push(`${name} outboxFailed`),
  outboxTaken: () => told.push(`${name} outboxTaken`),
  outboxCounted: () => told.push(`${name} outboxCounted`),
  outboxRowUnreadable: () => told.push(`${name} outboxRowUnreadable`),
  audited: () => told.push(`${name} audited`)
})

t.test('every event reaches every observer, in order', async (t) => {
  const told: string[] = []
  tell(observeAll([recorder('first', told), recorder('second', told)]))
  t.equal(told.length, 46)
  t.strictSame(told.slice(0, 4), ['first answered', 'second answered', 'first bypassed', 'second bypassed'])
  t.equal(new Set(told).size, 46)
})

t.test('an observer may leave events out', async (t) => {
  const told: string[] = []
  tell(observeAll([{}, { epochBegan: () => told.push('epochBegan') }]))
  t.strictSame(told, ['epochBegan'])
})
