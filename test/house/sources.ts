import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, sep } from 'node:path'
import ts from 'typescript'

export interface Source {
  /** From `src`, with slashes. */
  readonly path: string
  readonly text: string
}

export const sources: readonly Source[] = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => ({ path: path.split(sep).join('/'), text: readFileSync(join('src', path), 'utf8') }))

/** As they are written. */
export const importsOf = ({ text }: Source): readonly string[] =>
  ts.preProcessFile(text).importedFiles.map(({ fileName }) => fileName)

/** Those of the project, from `src`. */
export const importedSources = (source: Source): readonly string[] =>
  importsOf(source)
    .filter((name) => name.startsWith('.'))
    .map((name) =>
      normalize(join(dirname(source.path), name))
        .split(sep)
        .join('/')
    )
    .map((name) => name.replace(/\.js$/, '.ts'))
