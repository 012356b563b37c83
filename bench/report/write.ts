import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { svgOf } from './chart.js'
import { markdownOf } from './markdown.js'
import { findingsIn, type Results } from './results.js'

export interface ReportFiles {
  readonly folder: string
  /** Of the files, without what follows the dot. */
  readonly name: string
}

/**
 * Writes the tables, the charts and the figures beside each other, and returns the paths. What a person has to
 * say about the figures is taken from `remarks.md` in the folder, if it names the time at which they were measured.
 */
export const writeReport = async (
  results: Results,
  { folder, name }: ReportFiles
): Promise<readonly string[]> => {
  const charts = findingsIn(results).flatMap(({ charts }) => charts)
  const contents = {
    [`${name}.md`]: markdownOf(results, `${name}.svg`, await remarksOn(results, folder)),
    [`${name}.json`]: `${JSON.stringify(results, null, 2)}\n`,
    ...(charts.length > 0 && { [`${name}.svg`]: `${svgOf(charts)}\n` })
  }
  const files = Object.entries(contents).map(([file, content]) => ({ path: join(folder, file), content }))
  await Promise.all(files.map(({ path, content }) => writeFile(path, content)))
  return files.map(({ path }) => path)
}

const remarksOn = async ({ ranAt }: Results, folder: string): Promise<string | undefined> => {
  const remarks = await readFile(join(folder, 'remarks.md'), 'utf8').catch(() => '')
  return remarks.includes(ranAt) ? remarks : undefined
}

/** The figures of a report that was written, as when its remarks have changed. */
export const readResults = async ({ folder, name }: ReportFiles): Promise<Results> =>
  JSON.parse(await readFile(join(folder, `${name}.json`), 'utf8')) as Results
