import { readFileSync } from 'node:fs'
import { type Config, ConfigError } from '../config/config.js'

/** The certificates of ORIGIN_CA_FILE in PEM. Throws `ConfigError`. */
export const readCa = ({ ORIGIN_CA_FILE: file, ORIGIN_URL }: Config): string | undefined => {
  if (file === undefined) return undefined
  if (!ORIGIN_URL.startsWith('https:')) {
    throw new ConfigError(`ORIGIN_CA_FILE=${file}: must go with an ORIGIN_URL that says https`)
  }
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ConfigError(`ORIGIN_CA_FILE=${file}: must be a readable file (${reason})`, { cause })
  }
}
