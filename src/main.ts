import { Ending } from './sidecar/ending.js'

/** Exit code 1: bad configuration, or an address that is taken. */
const fail = (error: unknown): never => {
  process.stderr.write(`${textOf(error)}\n`)
  process.exit(1)
}

const textOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  return error.name === 'ConfigError' ? error.message : (error.stack ?? error.message)
}

const ending = new Ending()
// Read after `ending` has been made: reading it takes most of the start.
import('./sidecar/start.js').then(({ start }) => start(ending)).catch(fail)
