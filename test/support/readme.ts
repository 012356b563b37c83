import { readFileSync } from 'node:fs'

export const readme = readFileSync('README.md', 'utf8')

/** The text between a heading and the next one of its rank or above. */
export const section = (heading: string): string => {
  const [, text = ''] = readme.split(`\n${heading}\n`)
  const rank = heading.indexOf(' ')
  return text.split(new RegExp(`^#{2,${rank}} `, 'm'))[0] ?? ''
}

/** The cells of a section's first table, row by row, without its head. */
export const rowsOf = (heading: string): readonly (readonly string[])[] => {
  const [, table = ''] = /((?:^\|.*\n)+)/m.exec(section(heading)) ?? []
  return table
    .trim()
    .split('\n')
    .slice(2)
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim())
    )
}

/** The fenced blocks of a language. */
export const blocksOf = (text: string, language: string): readonly string[] =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(([, block = '']) => block)
