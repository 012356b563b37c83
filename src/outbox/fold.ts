import { type Invalidation, invalidationOf } from '../cache/invalidation.js'
import { parseName, parsePattern, type ParsedName } from '../cache/names.js'
import type { OutboxRowUnreadable } from '../cache/outbox-events.js'
import { isSliceOver, nextSlice } from '../concurrency/time-slices.js'
import type { OutboxRow } from './replies.js'

/** Names of one invalidation, as many as the control door takes. */
const NAMES_AT_ONCE = 1000
/** More tags than this are invalidated by their families: what stands before the first colon. */
export const FOLDED_TAGS = 10_000
/** More patterns than this, those of families among them, invalidate everything: each looks at all that is stored. */
export const FOLDED_PATTERNS = 32

export interface Folded {
  /** To be carried out in turn; together they reach all that the rows name. */
  readonly invalidations: readonly Invalidation[]
  /** Names for which more than they name is invalidated; 0 where all are as the rows have them. */
  readonly widened: number
  /** Rows that name what is no name: everything is invalidated for them. */
  readonly unreadable: readonly OutboxRowUnreadable[]
}

/**
 * The invalidations for rows of the outbox, without repetitions. A flood is folded: more than `FOLDED_TAGS` tags into the
 * patterns of their families, more than `FOLDED_PATTERNS` patterns into everything.
 */
export const foldRows = async (rows: readonly OutboxRow[], prefix: string): Promise<Folded> => {
  const tags = new Set<string>()
  const patterns = new Set<string>()
  const unreadable: OutboxRowUnreadable[] = []
  let all = false
  for (const row of rows) {
    all ||= row.everything
    const fault =
      (await collect(row.tags, { into: tags, field: 'tags', parse: (text) => parseName(text, prefix) })) ??
      (await collect(row.patterns, {
        into: patterns,
        field: 'patterns',
        parse: (text) => parsePattern(text, prefix)
      }))
    if (fault !== undefined) unreadable.push({ id: row.id, reason: fault })
  }
  const named = tags.size + patterns.size
  if (all || unreadable.length > 0) return everything({ widened: all ? 0 : named, unreadable })
  const families = tags.size > FOLDED_TAGS ? familiesOf(tags) : undefined
  for (const family of families ?? []) patterns.add(family)
  if (patterns.size > FOLDED_PATTERNS) return everything({ widened: named, unreadable })
  return {
    invalidations: split(families === undefined ? tags : new Set(), patterns),
    widened: families === undefined ? 0 : tags.size,
    unreadable
  }
}

const everything = (rest: Pick<Folded, 'widened' | 'unreadable'>): Folded => ({
  invalidations: [invalidationOf({ all: true })],
  ...rest
})

interface Field {
  readonly into: Set<string>
  readonly field: string
  readonly parse: (text: string) => ParsedName
}

/** What is wrong with the list, or `undefined`. */
const collect = async (
  list: readonly unknown[] | null,
  { into, field, parse }: Field
): Promise<string | undefined> => {
  if (list === null) return `${field} is more than is read`
  for (const [at, text] of list.entries()) {
    if (isSliceOver()) await nextSlice()
    const parsed = typeof text === 'string' ? parse(text) : undefined
    if (parsed?.outcome !== 'valid') return `${field}[${at}] ${parsed?.reason ?? 'must be a text'}`
    into.add(parsed.name)
  }
  return undefined
}

/** A tag without a colon is a family of its own. */
const familiesOf = (tags: ReadonlySet<string>): ReadonlySet<string> => {
  const families = new Set<string>()
  for (const tag of tags) {
    const colon = tag.indexOf(':')
    families.add(colon > 0 ? `${literal(tag.slice(0, colon))}:*` : literal(tag))
    if (families.size > FOLDED_PATTERNS) break
  }
  return families
}

const literal = (text: string): string => text.replaceAll(/[\\*?[\]^]/g, String.raw`\$&`)

/** As keys, which are taken for tags, too: the backend's own value `user:5:projects` need not carry its name as a tag. */
const split = (tags: ReadonlySet<string>, patterns: ReadonlySet<string>): readonly Invalidation[] => {
  const list = [...tags]
  const invalidations: Invalidation[] = []
  // The patterns go with the first of them, or alone.
  for (let at = 0; at < list.length || (at === 0 && patterns.size > 0); at += NAMES_AT_ONCE) {
    const ofFirst = at === 0 ? [...patterns] : []
    invalidations.push(invalidationOf({ keys: list.slice(at, at + NAMES_AT_ONCE), patterns: ofFirst }))
  }
  return invalidations
}
