import { readFileSync } from 'node:fs'
import { dirname, join, normalize, sep } from 'node:path'
import ts from 'typescript'

/** Parts of something larger, and the test, from `test`, that holds the two together. */
export const TESTED_WITH: Readonly<Record<string, string>> = {}

/** The files of `src`, from there, that a test imports, directly or by way of others. */
export const importedByTest = (test: string): ReadonlySet<string> => {
  const seen = new Set<string>()
  const visit = (file: string): void => {
    if (seen.has(file)) return
    seen.add(file)
    for (const { fileName } of ts.preProcessFile(readFileSync(file, 'utf8')).importedFiles) {
      if (fileName.startsWith('.')) visit(normalize(join(dirname(file), fileName)).replace(/\.js$/, '.ts'))
    }
  }
  visit(test)
  const sources = [...seen].map((file) => file.split(sep).join('/')).filter((file) => file.startsWith('src/'))
  return new Set(sources.map((file) => file.slice('src/'.length)))
}
