import { readFileSync } from 'node:fs'
import { LineCounter, parseDocument } from 'yaml'
import type { ResourceTable } from '../cache/resource.js'
import { checkFile } from './check-file.js'
import type { RowSettings } from './read-rows.js'
import { tagsThatMissKeys } from './row-checks.js'
import type { ResourceFile, TtlLimits } from './schema.js'
import { compileTable } from './table.js'

export interface LoadedResources {
  readonly table: ResourceTable
  /** The file with its defaults filled in, for `GET /v1/resources`. */
  readonly description: ResourceFile
  /** What is allowed, and hardly what was meant; each names its row and field. */
  readonly warnings: readonly string[]
}

export interface LoadOptions extends TtlLimits, RowSettings {
  /** What to call the text in an error: the name of its file. */
  readonly source: string
}

/** Compiles a resource table. Throws `ResourceTableError` with every problem that it finds. */
export const loadResources = (yamlText: string, { source, ...settings }: LoadOptions): LoadedResources => {
  const { problems, sound } = checkFile(parseYaml(yamlText, source), settings)
  if (sound === undefined) throw new ResourceTableError(source, problems)
  const compiled = compileTable(sound, settings)
  const all = [...problems, ...compiled.problems]
  if (all.length > 0) throw new ResourceTableError(source, all)
  const warnings = tagsThatMissKeys(sound.resources, sound.writes)
  return { table: compiled.table, description: sound.file, warnings }
}

export type ReadOptions = Omit<LoadOptions, 'source'>

/** Reads the table from a file or, without one, the built-in table of SPMS. Throws `ResourceTableError`. */
export const readResources = (file: string | undefined, options: ReadOptions): LoadedResources => {
  const source = file ?? 'spms.yaml'
  const text = textOf(file ?? new URL('./spms.yaml', import.meta.url), source)
  return loadResources(text, { source, ...options })
}

const textOf = (file: string | URL, source: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new ResourceTableError(source, [`cannot be read: ${reason}`], { cause: error })
  }
}

/** YAML 1.2 in its core schema. A tag or anchor that it does not know is a problem, too. */
const parseYaml = (text: string, source: string): unknown => {
  const lineCounter = new LineCounter()
  const document = parseDocument(text, { lineCounter, prettyErrors: false })
  const problems = [...document.errors, ...document.warnings].map((error) => {
    const { line, col } = lineCounter.linePos(error.pos[0])
    return `line ${line}, column ${col}: ${error.message}`
  })
  if (problems.length > 0) throw new ResourceTableError(source, problems)
  try {
    return document.toJS()
  } catch (error) {
    throw new ResourceTableError(source, [error instanceof Error ? error.message : String(error)])
  }
}

/** The table cannot be used. Each problem names its row and field, or its line and column. */
export class ResourceTableError extends Error {
  override readonly name = 'ResourceTableError'
  constructor(
    readonly source: string,
    readonly problems: readonly string[],
    options?: ErrorOptions
  ) {
    super(`${source}: ${problems.join('; ')}`, options)
  }
}
