import { readFileSync } from 'node:fs'
import { StoreUnavailableError } from '../../../cache/errors.js'
import type { Credentials } from './credentials.js'

export interface PasswordFileOptions {
  readonly file: string
  /** Redis has a user `default` where nobody else is named. */
  readonly username?: string | undefined
}

/**
 * A password that is read anew for each connection: a Secret that is mounted as a file changes in place. Redis keeps the
 * connections that have logged in before, so nothing has to be done about those.
 */
export const createPasswordFile = ({ file, username = 'default' }: PasswordFileOptions): Credentials => ({
  login: async () => ({ username, password: readPassword(file) }),
  whenRenewed: () => undefined,
  refused: () => undefined,
  close: () => undefined
})

/** Without the white space around it: an editor, and `echo`, end a file with a new line. Throws `StoreUnavailableError`. */
export const readPassword = (file: string): string => {
  const password = contentOf(file).trim()
  return password === '' ? refuse(file, 'is empty') : password
}

const contentOf = (file: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    return refuse(file, `must be a readable file (${cause instanceof Error ? cause.message : String(cause)})`)
  }
}

const refuse = (file: string, reason: string): never => {
  throw new StoreUnavailableError(`REDIS_PASSWORD_FILE=${file}: ${reason}`, { kind: 'no-credentials' })
}
