import { compileGlob } from './glob.js'
import { keyOfSlot } from './store.js'

/** What an invalidation names. An entry is reached by its key, by a tag, or by a pattern over both. */
export interface Invalidation {
  readonly keys: readonly string[]
  readonly tags: readonly string[]
  readonly patterns: readonly string[]
  readonly all: boolean
}

/** An invalidation in the log, where its id (`<ms>-<sequence>`) orders it among all others. */
export interface LogRecord extends Invalidation {
  readonly id: string
}

export const invalidationOf = (named: Partial<Invalidation>): Invalidation => ({
  keys: named.keys ?? [],
  tags: named.tags ?? [],
  patterns: named.patterns ?? [],
  all: named.all ?? false
})

export type InvalidationKind = 'key' | 'tag' | 'pattern' | 'all'

export const kindsOf = ({ keys, tags, patterns, all }: Invalidation): readonly InvalidationKind[] => [
  ...(keys.length > 0 ? (['key'] as const) : []),
  ...(tags.length > 0 ? (['tag'] as const) : []),
  ...(patterns.length > 0 ? (['pattern'] as const) : []),
  ...(all ? (['all'] as const) : [])
]

/** Whether any of the records reaches the entry in this slot with these tags: the one matcher of all stores. */
export const isReached = (
  records: readonly Invalidation[],
  slot: string,
  tags: readonly string[]
): boolean => {
  const key = keyOfSlot(slot)
  return records.some((record) => {
    if (record.all) return true
    if (key !== undefined && record.keys.includes(key)) return true
    if (tags.some((tag) => record.tags.includes(tag) || record.keys.includes(tag))) return true
    return record.patterns.some((pattern) => {
      const matches = compileGlob(pattern)
      return (key !== undefined && matches(key)) || tags.some(matches)
    })
  })
}
