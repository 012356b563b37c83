import type { InvalidationKind, InvalidationSource } from './invalidation.js'

/** An answer from the cache was compared with one of the origin. */
export interface Audited {
  readonly resource: string
  readonly outcome:
    | 'same'
    /** The origin says something else, and nobody has announced it. */
    | 'stale'
    /** An invalidation came soon after the answer. */
    | 'in-flight'
    /** The origin answers something else each time. */
    | 'volatile'
    /** The origin or the store gave no answer to go by. */
    | 'inconclusive'
  /** Of one that is stale or volatile. */
  readonly finding?: Finding
}

export interface Finding {
  /** Epoch milliseconds. */
  readonly at: number
  readonly key: string
  readonly path: string
  /** Names, never values. */
  readonly fields: readonly string[]
  readonly ageSeconds: number
  /** The last ones of this process that reached the entry: none of them was for what has changed. */
  readonly invalidations: readonly {
    readonly at: number
    readonly source: InvalidationSource
    readonly kinds: readonly InvalidationKind[]
    readonly names: readonly string[]
  }[]
}
