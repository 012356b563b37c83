import type { ResourceTable } from '../cache/resource.js'
import { checkFile } from './check-file.js'
import { parseYaml } from './parse-yaml.js'
import { ResourceTableError } from './resource-table-error.js'
import type { ResourceFile, TtlLimits } from './schema.js'
import { compileTable } from './table.js'

export interface LoadedResources {
  readonly table: ResourceTable
  /** The file with its defaults filled in, for `GET /v1/resources`. */
  readonly description: ResourceFile
}

export interface LoadOptions extends TtlLimits {
  /** What to call the text in an error: the name of its file. */
  readonly source: string
  /** Request headers, lower case, that every row varies on: the ingress sets them, and an answer may show them. */
  readonly trustedHeaders?: readonly string[]
}

/** Compiles a resource table. Throws `ResourceTableError` with every problem that it finds. */
export const loadResources = (
  yamlText: string,
  { source, trustedHeaders = [], ...limits }: LoadOptions
): LoadedResources => {
  const parsed = parseYaml(yamlText)
  if (parsed.outcome === 'malformed') throw new ResourceTableError(source, parsed.problems)
  const { problems, sound } = checkFile(parsed.value, limits)
  if (sound === undefined) throw new ResourceTableError(source, problems)
  const compiled = compileTable(sound, trustedHeaders)
  const all = [...problems, ...compiled.problems]
  if (all.length > 0) throw new ResourceTableError(source, all)
  return { table: compiled.table, description: sound.file }
}
