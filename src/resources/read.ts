import { readFileSync } from 'node:fs'
import { loadResources, type LoadedResources, type LoadOptions } from './load.js'
import { ResourceTableError } from './resource-table-error.js'

export type ReadOptions = Omit<LoadOptions, 'source'>

/** Reads the table from a file or, without one, the built-in table of SPMS. Throws `ResourceTableError`. */
export const readResources = (file: string | undefined, options: ReadOptions): LoadedResources => {
  const source = file ?? 'spms.yaml'
  return loadResources(textOf(file ?? new URL('./spms.yaml', import.meta.url), source), {
    source,
    ...options
  })
}

const textOf = (file: string | URL, source: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new ResourceTableError(source, [`cannot be read: ${reason}`], { cause: error })
  }
}
