import { UNKNOWN_USER_TAG, groupTag } from '../cache/tags.js'
import { type Config, ConfigError } from '../config/config.js'
import type { ResourceFile } from '../resources/schema.js'

/**
 * A prefix is taken off the names that callers give, so that a name with and without it is one name. A name of the
 * table that begins with it would then never be reached. Throws `ConfigError`, which says which one.
 */
export const checkPrefix = ({ KEY_PREFIX: prefix }: Config, { resources, writes }: ResourceFile): void => {
  const forms = [prefix, prefix.replaceAll(/[{}]/g, '')]
  const ofTable = [...resources, ...writes].flatMap((row) => ['key' in row ? row.key : [], row.tags].flat())
  const found = [...ofTable, UNKNOWN_USER_TAG, groupTag('')].find((name) =>
    forms.some((form) => mayBegin(form, name))
  )
  if (found === undefined) return
  throw new ConfigError(
    `KEY_PREFIX=${prefix}: must not begin a name of the resource table, as it does with ${found}`
  )
}

/** What stands before the first placeholder is the name's beginning; what follows may be anything. */
const mayBegin = (prefix: string, name: string): boolean => {
  const [beginning = ''] = name.split('{', 1)
  if (beginning.startsWith(prefix)) return true
  return beginning !== '' && beginning !== name && prefix.startsWith(beginning)
}
