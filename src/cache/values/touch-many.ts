import type { CommitOutcome, Store } from '../store.js'
import { valueKey } from '../tags.js'
import { partsOf } from './parts.js'
import { renewed } from './value.js'

/** `contended`: other writers came in between each time. */
export type TouchOutcome = 'touched' | 'absent' | 'contended'

interface TouchManyOptions {
  readonly store: Store
  readonly now: () => number
  /** For a value that somebody else has written in between. */
  readonly touch: (key: string, ttlSeconds: number) => Promise<TouchOutcome>
}

/**
 * Gives many values a new lifetime, each as a commit over the value that was read, in parts as they are read. One outcome
 * per key, in order. Rejects with `StoreUnavailableError`; some may be done then.
 */
export const touchMany = async (
  options: TouchManyOptions,
  keys: readonly string[],
  ttlSeconds: number
): Promise<readonly TouchOutcome[]> => {
  const sizes = await options.store.sizes(keys.map(valueKey))
  const outcomes: TouchOutcome[] = []
  for (const part of partsOf(keys, sizes)) outcomes.push(...(await touchPart(options, part, ttlSeconds)))
  return outcomes
}

const touchPart = async (
  { store, now, touch }: TouchManyOptions,
  keys: readonly string[],
  ttlSeconds: number
): Promise<readonly TouchOutcome[]> => {
  const { entries, position } = await store.read(keys.map(valueKey))
  const at = now()
  const found = entries.flatMap((entry, place) =>
    entry?.etag === undefined ? [] : [{ place, entry, etag: entry.etag }]
  )
  const writes = found.map(({ place, entry, etag }) => ({
    storeKey: valueKey(keys[place] ?? ''),
    entry: renewed(entry, at + ttlSeconds * 1000, at),
    condition: { etag }
  }))
  const committed = await store.commit({ writes, position })
  const outcomeAt = new Map<number, CommitOutcome>()
  found.forEach(({ place }, n) => outcomeAt.set(place, committed[n] ?? 'refused'))
  const outcomes: TouchOutcome[] = []
  for (const [place, key] of keys.entries()) {
    const outcome = outcomeAt.get(place)
    if (outcome === 'stored') outcomes.push('touched')
    else if (outcome === undefined && entries[place] === undefined) outcomes.push('absent')
    else outcomes.push(await touch(key, ttlSeconds))
  }
  return outcomes
}
