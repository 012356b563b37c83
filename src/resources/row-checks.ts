import type { Labelled } from './check-file.js'
import { shapeOf } from './path-router.js'
import type { ReadRow, WriteRow } from './schema.js'
import { queryKey } from '../cache/read/cache-key.js'
import type { ResourceTable } from '../cache/resource.js'

/** Takes what is wrong with a field; every problem is told before the table is refused. */
export type Report = (field: string, reason: string) => void

/** The names of a path's placeholders, in order: `rest` is what `**` stands for. */
export const parametersOf = (path: string): readonly string[] => {
  const names = [...path.matchAll(/\{([^}]*)\}/g)].map(([, name = '']) => name)
  return path.endsWith('/**') ? [...names, 'rest'] : names
}

export const reportRepeatedParameters = (path: string, report: Report): void => {
  const names = parametersOf(path)
  if (new Set(names).size < names.length) report('path', 'has two placeholders of one name')
}

export const reportUnknownFamilies = (
  families: readonly string[],
  { known, report }: { readonly known: readonly string[]; readonly report: Report }
): void => {
  for (const [index, family] of families.entries()) {
    if (!known.includes(family)) report(`families[${index}]`, `unknown family "${family}"`)
  }
}

/** The label of the first row that the test holds for. */
export const findRival = <Row>(
  rows: readonly Labelled<Row>[],
  isRival: (row: Row) => boolean
): string | undefined => rows.find(({ row }) => isRival(row))?.label

/** Whether two names can be the same, whatever their placeholders stand for: compared part by part. */
export const canBeEqual = (name: string, other: string): boolean => {
  const parts = name.split(':')
  const otherParts = other.split(':')
  return (
    parts.length === otherParts.length &&
    parts.every((part, at) => isSamePart(shapeOf(part), shapeOf(otherParts[at] ?? '')))
  )
}

const isSamePart = (part: string, other: string): boolean =>
  part === other || (part === '{}' && /^\d+$/.test(other)) || (other === '{}' && /^\d+$/.test(part))

/**
 * Tags of writes that are the key of a read, and none of its tags: whoever wrote them meant the entry, which only its tags
 * remove.
 */
export const tagsThatMissKeys = (
  resources: readonly Labelled<ReadRow>[],
  writes: readonly Labelled<WriteRow>[]
): readonly string[] =>
  writes.flatMap((write) =>
    write.row.tags.flatMap((tag, index) => {
      const missed = findRival(
        resources,
        ({ key, tags }) => canBeEqual(key, tag) && !tags.some((carried) => canBeEqual(carried, tag))
      )
      const place = `${write.label}.tags[${index}]`
      return missed === undefined ? [] : `${place}: "${tag}" is the key of ${missed} and none of its tags`
    })
  )

type MatchRead = ResourceTable['matchRead']

/** A read that nobody else could use, or that the cache would pass by, is not worth making at a start. */
export const reportUselessWarming = (
  targets: readonly string[],
  { matchRead, report }: { readonly matchRead: MatchRead; readonly report: Report }
): void => {
  for (const [index, target] of targets.entries()) {
    const fault = faultOf(target, matchRead)
    if (fault !== undefined) report(`warm[${index}]`, `${fault}, is "${target}"`)
  }
}

const faultOf = (target: string, matchRead: MatchRead): string | undefined => {
  const [path = '', ...query] = target.split('?')
  const match = matchRead(path)
  if (match === undefined) return 'matches no row of resources'
  const { name, scope } = match.resource
  if (scope === 'identity') return `has the scope identity (${name}), so that no caller could use it`
  const { bypass } = queryKey(query.join('?'), match.resource)
  return bypass === undefined ? undefined : `has a query that ${name} does not store`
}
