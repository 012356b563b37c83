import { Ajv } from 'ajv'
import { checkTogether } from './check-together.js'
import { ConfigError, describe } from './config-error.js'
import { defaultKeyPrefix } from './key-prefix.js'
import { type Config, ConfigSchema } from './schema.js'
import { withoutIdleTelemetry } from './telemetry-settings.js'

export { type Config, ConfigError, ConfigSchema }

/** Turns texts into the types of the schema, puts in the defaults, and drops the variables that are no settings. */
const isConfig = new Ajv({
  allErrors: true,
  coerceTypes: true,
  useDefaults: true,
  removeAdditional: 'all',
  verbose: true
}).compile<Config>(ConfigSchema)

/** Values are trimmed, as those that were read from a file, and blank ones count as not set. Throws `ConfigError`. */
export const readConfig = (environment: NodeJS.ProcessEnv = process.env): Config => {
  const variables = withoutIdleTelemetry(trimmed(environment))
  const settings: unknown = { KEY_PREFIX: defaultKeyPrefix(variables['REDIS_URL'] ?? ''), ...variables }
  if (!isConfig(settings)) throw new ConfigError(describe(isConfig.errors ?? [], variables))
  return Object.freeze(checkTogether(settings))
}

const trimmed = (environment: NodeJS.ProcessEnv): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(environment).flatMap(([name, value = '']) => {
      const text = value.trim()
      return text === '' ? [] : [[name, text]]
    })
  )

/** The parts of a list with commas, trimmed. */
export const listOf = (text = ''): readonly string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
