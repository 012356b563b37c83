import { valueKey } from '../tags.js'
import type { Entry } from '../entry.js'
import type { Position } from '../position.js'
import { readMany, type ValuesReading } from './read-many.js'
import { touchMany, type TouchOutcome } from './touch-many.js'
import { mapInSlices } from '../../concurrency/time-slices.js'
import type { CommitOutcome, Listed, Listing, PendingWrite, Store } from '../store.js'
import { createKeyedMutex } from '../../concurrency/keyed-mutex.js'
import { contentTypeOf, entryOf, integerIn, renewed, type NewValue, valueOf } from './value.js'

/**
 * The values that the backend keeps. Touch and increment are commits over the entry that was read: they never
 * bring back what was invalidated, removed or replaced in between. Every method rejects with
 * `StoreUnavailableError` when the store cannot answer.
 */
export interface Values {
  read(keys: readonly string[]): Promise<ValuesReading>
  /**
   * The same for so many that they are read in parts; `undefined` when their bodies are more than `mostBytes` together.
   * The position is that of the first part.
   */
  readMany(keys: readonly string[], mostBytes: number): Promise<ValuesReading | undefined>
  /** A page of the keys of values; `undefined` for a cursor that no page has had. */
  list(listing: Listing): Promise<Listed | undefined>
  put(value: NewValue, options: PutOptions): Promise<PutOutcome>
  /** One outcome per value, in order. */
  putMany(values: readonly NewValue[], position: Position | undefined): Promise<readonly CommitOutcome[]>
  touch(key: string, ttlSeconds: number): Promise<TouchOutcome>
  /** One outcome per key, in order; no key twice. */
  touchMany(keys: readonly string[], ttlSeconds: number): Promise<readonly TouchOutcome[]>
  increment(increment: Increment): Promise<IncrementOutcome>
}

/** `anyOf`: only over a value with one of these etags. */
export type Precondition = 'none' | 'absent' | 'present' | { readonly anyOf: readonly string[] }

export interface PutOptions {
  readonly precondition: Precondition
  /** The position of the read that missed; without one the put is not fenced. */
  readonly position: Position | undefined
}

export type PutOutcome =
  { readonly outcome: 'stored'; readonly etag: string } | { readonly outcome: 'refused' | 'unmet' }

export interface Increment {
  readonly key: string
  readonly by: number
  readonly precondition: Precondition
  /** For a counter that begins here; one that exists keeps its expiry. */
  readonly ttlSeconds: number
}

export type IncrementOutcome =
  | { readonly outcome: 'stored'; readonly value: number }
  | { readonly outcome: 'unmet' | 'not-an-integer' | 'out-of-range' | 'contended' }

export const createValues = (options: { readonly store: Store; readonly now: () => number }): Values => {
  const { store, now } = options
  const inTurn = createKeyedMutex()

  const commit = async (
    write: Omit<PendingWrite, 'condition'>,
    condition: PendingWrite['condition'],
    position: Position | undefined
  ): Promise<CommitOutcome> => {
    const writes = [condition === undefined ? write : { ...write, condition }]
    const [outcome = 'refused'] = await store.commit({ writes, position })
    return outcome
  }

  /** Runs `attempt` on what is there now until nobody came in between; `undefined` when somebody always did. */
  const rewrite = async <Outcome>(
    key: string,
    attempt: (entry: Entry | undefined) => Rewrite<Outcome>
  ): Promise<Outcome | undefined> => {
    const storeKey = valueKey(key)
    for (let tries = 0; tries < REWRITE_TRIES; tries++) {
      const { entries, position } = await store.read([storeKey])
      const result = attempt(entries[0])
      if (result.entry === undefined) return result.outcome
      // A value always has an etag; one without could only be refused.
      const etag = entries[0]?.etag
      const outcome = await commit(
        { storeKey, entry: result.entry },
        etag === undefined ? 'absent' : { etag },
        position
      )
      if (outcome === 'stored') return result.outcome
    }
    return undefined
  }

  const touch = async (key: string, seconds: number): Promise<TouchOutcome> => {
    const outcome = await inTurn(key, () =>
      rewrite<TouchOutcome>(key, (entry) => {
        if (entry === undefined) return { outcome: 'absent' }
        const at = now()
        return { outcome: 'touched', entry: renewed(entry, at + seconds * 1000, at) }
      })
    )
    return outcome ?? 'contended'
  }

  return {
    async read(keys) {
      const { entries, position } = await store.read(keys.map(valueKey))
      const at = now()
      return { position, values: entries.map((entry) => entry && valueOf(entry, at)) }
    },

    readMany: (keys, mostBytes) => readMany({ store, now }, keys, mostBytes),

    list: (listing) => store.list(listing),

    async put(value, { precondition, position }) {
      const entry = entryOf(value, now())
      for (const condition of conditionsOf(precondition)) {
        const outcome = await commit({ storeKey: valueKey(value.key), entry }, condition, position)
        if (outcome === 'stored') return { outcome, etag: entry.etag }
        if (outcome === 'refused') return { outcome }
      }
      return { outcome: 'unmet' }
    },

    async putMany(values, position) {
      const at = now()
      // Each needs a digest of its bytes.
      const entries = await mapInSlices(values, (value) => ({
        storeKey: valueKey(value.key),
        entry: entryOf(value, at)
      }))
      return store.commit({ writes: entries, position })
    },

    touch,

    touchMany: (keys, seconds) => touchMany({ store, now, touch }, keys, seconds),

    async increment({ key, by, precondition, ttlSeconds: seconds }) {
      const outcome = await inTurn(key, () =>
        rewrite<IncrementOutcome>(key, (entry) => {
          if (!isMet(precondition, entry)) return { outcome: { outcome: 'unmet' } }
          const current = entry === undefined ? 0 : integerIn(entry.body)
          if (current === undefined) return { outcome: { outcome: 'not-an-integer' } }
          const value = current + by
          if (!Number.isSafeInteger(value)) return { outcome: { outcome: 'out-of-range' } }
          // A clock that has stepped back does not make the counter live longer.
          const at = Math.max(now(), entry?.generatedAt ?? 0)
          const body = Buffer.from(String(value))
          const contentType = entry === undefined ? COUNTER_TYPE : contentTypeOf(entry)
          const next = entryOf({ key, body, contentType, tags: entry?.tags ?? [], ttlSeconds: seconds }, at)
          return {
            outcome: { outcome: 'stored', value },
            entry: entry === undefined ? next : renewed(next, entry.freshUntil, at)
          }
        })
      )
      return outcome ?? { outcome: 'contended' }
    }
  }
}

/** What to answer once `entry` has taken the place of what was read; without an entry, what to answer at once. */
interface Rewrite<Outcome> {
  readonly outcome: Outcome
  readonly entry?: Entry
}

/** Within one process writers of a key take turns, so only other sidecars can come in between. */
const REWRITE_TRIES = 100

const COUNTER_TYPE = 'application/json'

const conditionsOf = (precondition: Precondition): readonly PendingWrite['condition'][] => {
  if (precondition === 'none') return [undefined]
  return typeof precondition === 'string' ? [precondition] : precondition.anyOf.map((etag) => ({ etag }))
}

const isMet = (precondition: Precondition, entry: Entry | undefined): boolean => {
  if (precondition === 'none') return true
  if (precondition === 'absent') return entry === undefined
  if (precondition === 'present') return entry !== undefined
  return entry?.etag !== undefined && precondition.anyOf.includes(entry.etag)
}
