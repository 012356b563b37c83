import { Ajv } from 'ajv'
import envSchema from 'env-schema'
import { checkTogether } from './check-together.js'
import { ConfigError } from './config-error.js'
import { describe } from './describe.js'
import { type Config, ConfigSchema } from './schema.js'

export { type Config, ConfigError, ConfigSchema }

/** One for all calls: it compiles the schema once. */
const ajv = new Ajv({
  allErrors: true,
  coerceTypes: true,
  useDefaults: true,
  removeAdditional: true,
  verbose: true
})

/** Values are trimmed, as those that were read from a file, and blank ones count as not set. Throws `ConfigError`. */
export const readConfig = (environment: NodeJS.ProcessEnv = process.env): Config => {
  const data = trimmed(environment)
  try {
    return Object.freeze(
      checkTogether(envSchema<Config>({ schema: ConfigSchema, data, env: false, dotenv: false, ajv }))
    )
  } catch (error) {
    if (error instanceof ConfigError) throw error
    throw new ConfigError(describe(error, data), { cause: error })
  }
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
