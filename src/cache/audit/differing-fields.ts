import { isObject } from '../../http/body.js'
import type { FieldPath } from '../resource.js'

interface Pair {
  readonly path: FieldPath
  readonly one: unknown
  readonly other: unknown
}

/** As many are told. */
export const MOST_FIELDS = 20
/** The way to a field is told no further. */
const MOST_NAMES = 8

/**
 * The fields in which two parsed JSON values differ, such as `members.*.name`; `(whole)` is the value itself. Names only,
 * never a value; a name that may be one, such as an address, is `(name)`.
 */
export const differingFields = (
  one: unknown,
  other: unknown,
  ignored: readonly FieldPath[] = []
): readonly string[] => {
  const found = new Set<string>()
  // No recursion: a body may be as deep as it is long.
  const pairs: Pair[] = [{ path: [], one, other }]
  for (let pair = pairs.pop(); pair !== undefined && found.size < MOST_FIELDS; pair = pairs.pop()) {
    const { path } = pair
    if (Object.is(pair.one, pair.other) || isIgnored(path, ignored)) continue
    const inside = inBoth(pair)
    if (inside === undefined) found.add(textOf(path))
    else pairs.push(...inside)
  }
  return [...found].sort()
}

/** What is in them, to be compared; `undefined` where they are no two lists of one length or two objects. */
const inBoth = ({ path, one, other }: Pair): readonly Pair[] | undefined => {
  if (Array.isArray(one) && Array.isArray(other)) {
    if (one.length !== other.length) return undefined
    return one.map((item: unknown, at) => ({ path: [...path, '*'], one: item, other: other[at] as unknown }))
  }
  if (!isObject(one) || !isObject(other)) return undefined
  const names = new Set([...Object.keys(one), ...Object.keys(other)])
  return [...names].map((name) => ({ path: [...path, name], one: one[name], other: other[name] }))
}

const isIgnored = (path: FieldPath, ignored: readonly FieldPath[]): boolean =>
  ignored.some(
    (names) => names.length === path.length && names.every((name, at) => name === '*' || name === path[at])
  )

const textOf = (path: FieldPath): string => {
  if (path.length === 0) return '(whole)'
  const names = path.slice(0, MOST_NAMES).map((name) => (NAME.test(name) ? name : '(name)'))
  return names.join('.')
}

const NAME = /^(?:\*|[A-Za-z_][A-Za-z_-]{0,63})$/
