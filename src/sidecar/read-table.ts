import { type Config, ConfigError } from '../config/config.js'
import {
  type LoadedResources,
  type ReadOptions,
  readResources,
  ResourceTableError
} from '../resources/load.js'

/** The resource table that a configuration names. Throws `ConfigError`. */
export const readTable = (
  { RESOURCES_FILE: file, MAX_TTL }: Config,
  options: ReadOptions
): LoadedResources => {
  try {
    return readResources(file, options)
  } catch (error) {
    if (!(error instanceof ResourceTableError)) throw error
    const setting = file === undefined ? `MAX_TTL=${MAX_TTL}: ` : 'RESOURCES_FILE='
    throw new ConfigError(setting + error.message, { cause: error })
  }
}
