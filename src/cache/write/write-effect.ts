import { type Invalidation, invalidationOf } from '../invalidation.js'
import type { Template, TemplateValues, WriteMatch } from '../resource.js'

/** What a write invalidates. */
export interface WriteEffect {
  readonly invalidation: Invalidation
  /** Everything, or whole tag groups. */
  readonly isWide: boolean
}

/**
 * The tags of the write's row, and in place of those that cannot be expanded, or without a row, the tag groups of the
 * path or everything. Not for somebody whom the origin does not know (`mayWiden`): anybody could empty the cache.
 */
export const effectOf = (match: WriteMatch, values: TemplateValues, mayWiden: boolean): WriteEffect => {
  const expand = (template: Template) =>
    namesCaller(template) && values.user === undefined ? undefined : template.expand(values)
  const expanded = match.hasRow ? match.tags.map(expand) : [undefined]
  const known = expanded.flatMap((tags) => tags ?? [])
  const { whenUnlisted } = match
  if (!expanded.includes(undefined) || !mayWiden || whenUnlisted.length === 0) {
    return { invalidation: invalidationOf({ tags: unique(known) }), isWide: false }
  }
  if (whenUnlisted === 'everything') return { invalidation: invalidationOf({ all: true }), isWide: true }
  return { invalidation: invalidationOf({ tags: unique([...known, ...whenUnlisted]) }), isWide: true }
}

/** An entry of an unknown caller carries a tag of its own; a write by one cannot be narrowed to a caller. */
export const namesCaller = ({ source }: Template): boolean => source.includes('{user}')

/** One invalidation in place of several. */
export const union = (invalidations: readonly Invalidation[]): Invalidation =>
  invalidationOf({
    all: invalidations.some(({ all }) => all),
    tags: unique(invalidations.flatMap(({ tags }) => tags))
  })

const unique = (tags: readonly string[]): readonly string[] => [...new Set(tags)]
