import { ConfigError, readConfig } from '../../src/config/config.js'

/** What a start with these variables says; throws when it would succeed. */
export const complaint = (environment: Readonly<Record<string, string>>): string => {
  try {
    readConfig(environment)
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  throw new Error(`accepted: ${JSON.stringify(environment)}`)
}
