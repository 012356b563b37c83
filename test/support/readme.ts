import { readdirSync, readFileSync } from 'node:fs'

const read = (file: string): string => readFileSync(file, 'utf8')

/** What is read by users and operators, by its path. */
export const documents: Readonly<Record<string, string>> = Object.fromEntries(
  [
    'README.md',
    'CONTRIBUTING.md',
    ...readdirSync('docs')
      .filter((name) => name.endsWith('.md'))
      .map((name) => `docs/${name}`)
  ].map((file) => [file, read(file)])
)

export const readme = read('README.md')
export const api = read('docs/api.md')
export const django = read('docs/django.md')
export const install = read('docs/install.md')
export const operations = read('docs/operations.md')
export const resourceTable = read('docs/resource-table.md')

/** The text of a document between a heading and the next one of its rank or above. */
export const section = (document: string, heading: string): string => {
  const [, text = ''] = document.split(`\n${heading}\n`)
  const rank = heading.indexOf(' ')
  return text.split(new RegExp(`^#{2,${rank}} `, 'm'))[0] ?? ''
}

/** The cells of a section's first table, row by row, without its head. */
export const rowsOf = (document: string, heading: string): readonly (readonly string[])[] => {
  const [, table = ''] = /((?:^\|.*\n)+)/m.exec(section(document, heading)) ?? []
  return table.trim().split('\n').slice(2).map(cellsOf)
}

/** The cells of all tables, heads too. */
export const cellsIn = (document: string): readonly string[] =>
  (document.match(/^\|.*\|$/gm) ?? []).flatMap(cellsOf).filter((cell) => !/^-+$/.test(cell))

/** The rows of each table, heads too. */
export const tablesIn = (document: string): readonly (readonly (readonly string[])[])[] =>
  (document.match(/(?:^\|.*\|\n)+/gm) ?? []).map((table) => table.trim().split('\n').map(cellsOf))

const cellsOf = (line: string): readonly string[] =>
  line
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim())

/** The fenced blocks of a language. */
export const blocksOf = (text: string, language: string): readonly string[] =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(([, block = '']) => block)
