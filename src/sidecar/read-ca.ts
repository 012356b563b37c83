import { readFileSync } from 'node:fs'
import { type Config, ConfigError } from '../config/config.js'

const SCHEMES = { ORIGIN: 'https', REDIS: 'rediss' }

/** The certificates of ORIGIN_CA_FILE or REDIS_CA_FILE in PEM. Throws `ConfigError`. */
export const readCa = (config: Config, peer: 'ORIGIN' | 'REDIS'): string | undefined => {
  const file = config[`${peer}_CA_FILE`]
  if (file === undefined) return undefined
  const scheme = SCHEMES[peer]
  if (!config[`${peer}_URL`].startsWith(scheme)) {
    const article = peer === 'ORIGIN' ? 'an' : 'a'
    throw new ConfigError(`${peer}_CA_FILE=${file}: must go with ${article} ${peer}_URL that says ${scheme}`)
  }
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ConfigError(`${peer}_CA_FILE=${file}: must be a readable file (${reason})`, { cause })
  }
}
