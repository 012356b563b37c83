import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse, stringify } from 'yaml'

/** The parts of the SPMS table that a test takes lines out of. */
export interface Table {
  readonly resources: readonly {
    readonly path: string
    readonly ttl: number
    readonly staleWhileRevalidate?: number
    readonly scope: string
    readonly tags: string[]
    readonly families: string[]
  }[]
  readonly writes: readonly {
    readonly methods: readonly string[]
    readonly path: string
    readonly tags: string[]
  }[]
}

const text = readFileSync(fileURLToPath(new URL('../../src/resources/spms.yaml', import.meta.url)), 'utf8')

export const readTable = (): Table => {
  const table: unknown = parse(text)
  if (!isTable(table)) throw new Error('The table has no resources or no writes.')
  return table
}

const isTable = (value: unknown): value is Table =>
  typeof value === 'object' && value !== null && 'resources' in value && 'writes' in value

/** One line of the table, which is taken out. */
export interface Line {
  /** The path of a read row, or method and path of a write row. */
  readonly row: string
  readonly kind: 'tag' | 'family'
  readonly value: string
}

/** The name of a write row. */
export const nameOf = ({ methods, path }: Table['writes'][number]): string => `${methods.join('|')} ${path}`

/** Every line whose absence must show. */
export const linesOf = ({ resources, writes }: Table): readonly Line[] => [
  ...writes.flatMap((row) => row.tags.map((value): Line => ({ row: nameOf(row), kind: 'tag', value }))),
  ...resources.flatMap(({ path: row, tags, families }) => [
    ...tags.map((value): Line => ({ row, kind: 'tag', value })),
    ...families.map((value): Line => ({ row, kind: 'family', value }))
  ])
]

/** The YAML of the table without these lines. */
export const without = (lines: readonly Line[]): string => {
  const table = readTable()
  const lists = new Map<string, string[]>()
  for (const row of table.writes) lists.set(`tag ${nameOf(row)}`, row.tags)
  for (const row of table.resources) {
    lists.set(`tag ${row.path}`, row.tags)
    lists.set(`family ${row.path}`, row.families)
  }
  for (const { row, kind, value } of lines) {
    const list = lists.get(`${kind} ${row}`)
    const at = list?.indexOf(value) ?? -1
    if (at < 0) throw new Error(`${row} has no ${kind} ${value}.`)
    list?.splice(at, 1)
  }
  // Lists that several rows share are one list after parsing, and must not become so again.
  return stringify(table, { aliasDuplicateObjects: false })
}

/** The write row that the request meets, if there is one. */
export const rowOf = ({ writes }: Table, method: string, path: string): string | undefined => {
  const row = writes.find(
    (candidate) => candidate.methods.includes(method) && patternOf(candidate.path).test(path)
  )
  return row === undefined ? undefined : nameOf(row)
}

/** The read row of a path without a query, if there is one. */
export const readRowOf = ({ resources }: Table, path: string): Table['resources'][number] | undefined =>
  resources.find((candidate) => patternOf(candidate.path).test(path))

const patternOf = (path: string): RegExp => new RegExp(`^${path.replaceAll(/\{\w+\}/g, '\\d+')}/?$`)
