import { type Static, Type } from '@sinclair/typebox'
import type { InvalidationKind, InvalidationSource } from '../cache/invalidation.js'
import type { Invalidated } from '../cache/observer.js'
import type { Summable } from './sliding-windows.js'

const oneOf = <Word extends string>(words: Readonly<Record<Word, true>>) =>
  Type.Union((Object.keys(words) as Word[]).map((word) => Type.Literal(word)))

export const CountedInvalidation = Type.Object({
  kind: oneOf<InvalidationKind>({ key: true, tag: true, pattern: true, all: true }),
  name: Type.String({ description: 'With {n} for each number, so that user:1 and user:2 are one' }),
  source: oneOf<InvalidationSource>({ control: true, proxy: true, replay: true, outbox: true }),
  count: Type.Integer(),
  removed: Type.Integer({ description: 'Entries, together with what else the same invalidations named' })
})
export type CountedInvalidation = Static<typeof CountedInvalidation>

/** Names beyond these are counted together. */
const MOST_NAMES = 200
const OTHERS = 'others'

/** What invalidations named, and what they removed. */
export class InvalidationFigures implements Summable<InvalidationFigures> {
  readonly #counted = new Map<string, CountedInvalidation>()

  get all(): readonly CountedInvalidation[] {
    return [...this.#counted.values()]
  }

  invalidated({ named, source, removed }: Invalidated): void {
    const seen = new Set<CountedInvalidation>()
    const count = (kind: CountedInvalidation['kind'], name: string): void => {
      const counted = this.#find({ kind, name: name.replaceAll(/\d+/g, '{n}'), source })
      if (seen.has(counted)) return
      seen.add(counted)
      counted.count++
      counted.removed += removed
    }
    for (const name of named.keys) count('key', name)
    for (const name of named.tags) count('tag', name)
    for (const name of named.patterns) count('pattern', name)
    if (named.all) count('all', '*')
  }

  add(other: InvalidationFigures): void {
    this.addAll(other.all)
  }

  addAll(all: readonly CountedInvalidation[]): void {
    for (const counted of all) {
      const own = this.#find(counted)
      own.count += counted.count
      own.removed += counted.removed
    }
  }

  #find(wanted: Pick<CountedInvalidation, 'kind' | 'name' | 'source'>): CountedInvalidation {
    const found = this.#counted.get(idOf(wanted))
    if (found !== undefined) return found
    if (this.#counted.size >= MOST_NAMES && wanted.name !== OTHERS)
      return this.#find({ ...wanted, name: OTHERS })
    const { kind, name, source } = wanted
    const counted = { kind, name, source, count: 0, removed: 0 }
    this.#counted.set(idOf(wanted), counted)
    return counted
  }
}

const idOf = ({ kind, name, source }: Pick<CountedInvalidation, 'kind' | 'name' | 'source'>): string =>
  `${kind} ${source} ${name}`
