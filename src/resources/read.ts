import { readFileSync } from 'node:fs'
import { loadResources, type LoadedResources } from './load.js'
import { ResourceTableError } from './resource-table-error.js'
import type { TtlLimits } from './schema.js'

/** Reads the table from a file or, without one, the built-in table of SPMS. Throws `ResourceTableError`. */
export const readResources = (file: string | undefined, limits: TtlLimits): LoadedResources => {
  const source = file ?? 'spms.yaml'
  return loadResources(textOf(file ?? new URL('./spms.yaml', import.meta.url), source), { source, ...limits })
}

const textOf = (file: string | URL, source: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new ResourceTableError(source, [`cannot be read: ${reason}`], { cause: error })
  }
}
