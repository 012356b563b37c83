import type { Test } from 'tap'
import type { Invalidate } from '../../src/cache/invalidate/invalidate.js'
import { type Invalidation, invalidationOf } from '../../src/cache/invalidation.js'
import { parseOutboxAddress } from '../../src/outbox/address.js'
import { createOutbox, type OutboxOptions } from '../../src/outbox/outbox.js'
import { createRecorder, type RecordingObserver } from '../stores/observer.js'
import { eventually } from '../support/eventually.js'

/** A reader without a cache: the test says when an invalidation is acknowledged. */
export interface TestedReader {
  readonly told: RecordingObserver['told']
  /** What was to be invalidated, in order. */
  readonly invalidated: readonly Invalidation[]
  /** From now on each waits until `go`, or is pending at once. */
  hold(): void
  refuse(): void
  go(): void
  stop(): Promise<void>
}

export interface ReaderSettings extends Partial<Omit<OutboxOptions, 'address' | 'invalidate' | 'observer'>> {
  readonly url: string
}

/** Started, reading, and stopped with the test. A poll that is a minute away shows that nothing waits for one. */
export const startReader = async (t: Test, settings: ReaderSettings): Promise<TestedReader> => {
  const reader = createReader(settings)
  reader.start()
  t.teardown(() => reader.stop())
  await eventually(() => reader.told.outboxChanged.at(-1)?.state === 'up')
  return reader
}

/** Not started. */
export const createReader = ({ url, ...settings }: ReaderSettings): TestedReader & { start(): void } => {
  const observer = createRecorder()
  const invalidated: Invalidation[] = []
  let gate: Promise<void> | undefined
  let open = (): void => undefined
  let isRefused = false
  const invalidate: Invalidate = async (named) => {
    invalidated.push(invalidationOf(named))
    await gate
    const id = `${invalidated.length}-0`
    return isRefused
      ? { outcome: 'pending' }
      : { outcome: 'done', id, removed: 0, position: `AAAAAAAAAAAAAAAA:${id}` }
  }
  const outbox = createOutbox({
    ...DEFAULTS,
    ...settings,
    address: parseOutboxAddress(url),
    invalidate,
    observer
  })
  return {
    told: observer.told,
    invalidated,
    hold: () => {
      gate = new Promise((resolve) => (open = resolve))
    },
    refuse: () => {
      isRefused = true
    },
    go: () => {
      isRefused = false
      gate = undefined
      open()
    },
    start: () => outbox.start(),
    stop: () => outbox.stop()
  }
}

const DEFAULTS = {
  passwordFile: undefined,
  ca: undefined,
  table: 'spms_cache_outbox',
  pollMs: 60_000,
  invalidationMs: 5000,
  prefix: 'spms:'
}

export const tagsOf = ({ invalidated }: TestedReader): readonly string[] =>
  invalidated.flatMap(({ keys }) => keys)
