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

/** `replay`: it had waited in the journal for the store. */
export type InvalidationSource = 'control' | 'proxy' | 'replay' | 'outbox'

export type InvalidationKind = 'key' | 'tag' | 'pattern' | 'all'

export const kindsOf = ({ keys, tags, patterns, all }: Invalidation): readonly InvalidationKind[] => [
  ...(keys.length > 0 ? (['key'] as const) : []),
  ...(tags.length > 0 ? (['tag'] as const) : []),
  ...(patterns.length > 0 ? (['pattern'] as const) : []),
  ...(all ? (['all'] as const) : [])
]
