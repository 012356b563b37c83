import type { Labelled } from './check-file.js'

/** Takes what is wrong with a field; every problem is told before the table is refused. */
export type Report = (field: string, reason: string) => void

/** The names of a path's placeholders, in order. */
export const parametersOf = (path: string): readonly string[] =>
  [...path.matchAll(/\{([^}]*)\}/g)].map(([, name = '']) => name)

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
