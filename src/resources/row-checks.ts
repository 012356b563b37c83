import type { Labelled } from './check-file.js'
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
  const { name, scope, query: known } = match.resource
  if (scope === 'identity') return `has the scope identity (${name}), so that no caller could use it`
  const unknown =
    known === 'whole'
      ? undefined
      : [...new URLSearchParams(query.join('?')).keys()].find((each) => !known.includes(each))
  return unknown === undefined ? undefined : `has the parameter ${unknown}, which ${name} does not store`
}
