import { UNKNOWN_USER_TAG } from '../tags.js'
import { literalPrefix } from './glob.js'
import { type Invalidation, invalidationOf, kindsOf } from '../invalidation.js'
import type { Invalidated, Observer } from '../observer.js'
import type { InvalidateResult, InvalidateOptions, Store } from '../store.js'

export type Invalidate = (
  named: Partial<Invalidation>,
  source: Invalidated['source'],
  options?: InvalidateOptions
) => Promise<InvalidateResult>

/**
 * Carries out invalidations, and widens those that could reach a `user:…` name to the entries of callers
 * whose user number is not known yet.
 */
export const createInvalidate =
  (store: Store, observer: Pick<Observer, 'invalidated'>): Invalidate =>
  async (named, source, options) => {
    const invalidation = widen(invalidationOf(named))
    const result = await store.invalidate(invalidation, options)
    observer.invalidated({ source, named: invalidation, kinds: kindsOf(invalidation), removed: 0, ...result })
    return result
  }

const widen = (invalidation: Invalidation): Invalidation => {
  const { keys, tags, patterns } = invalidation
  const isUserNamed =
    [...keys, ...tags].some((name) => name.startsWith('user:')) || patterns.some(mayMatchUser)
  if (!isUserNamed || tags.includes(UNKNOWN_USER_TAG)) return invalidation
  return { ...invalidation, tags: [...tags, UNKNOWN_USER_TAG] }
}

const mayMatchUser = (pattern: string): boolean => {
  const prefix = literalPrefix(pattern)
  return prefix.startsWith('user:') || 'user:'.startsWith(prefix)
}
