/** A setting that the outbox cannot be reached with. The message names it, and never shows a password. */
export class OutboxSettingsError extends Error {
  override readonly name = 'OutboxSettingsError'
}

export type SslMode = (typeof SSL_MODES)[number]

/**
 * As libpq has them. Its `allow` and `prefer` go on without TLS where somebody in between says that the server has none,
 * so they are refused.
 */
const SSL_MODES = ['disable', 'require', 'verify-ca', 'verify-full'] as const

/** What an `OUTBOX_URL` says. */
export interface OutboxAddress {
  /** A name, an address, or the folder of a unix socket. */
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
  readonly password: string | undefined
  readonly sslMode: SslMode
}

const FORM = 'postgres://user[:password]@host[:port]/database[?sslmode=disable|require|verify-ca|verify-full]'

const URL_PARTS =
  /^postgres(?:ql)?:\/\/(?<user>[^@:/?#]+)(?::(?<password>[^@/?#]*))?@(?:\[(?<v6>[\da-fA-F:.]+)\]|(?<name>[\w.-]*))(?::(?<port>\d{1,5}))?\/(?<database>[^/?#]+)(?:\?(?<query>[^#]*))?$/

/** What stands before the last `@` is user and password, whatever they hold. */
const OPEN_CREDENTIALS = /^[^/]*\/\/.*[@/?#].*@/s

/**
 * Without `sslmode`, TLS with a certificate for that host, except on this machine. Throws `OutboxSettingsError`, which
 * names OUTBOX_URL and what is allowed, and shows nothing of it.
 */
export const parseOutboxAddress = (url: string): OutboxAddress => {
  if (OPEN_CREDENTIALS.test(url)) {
    return refuse(
      'must have @ / # ? in its user and password percent-encoded (%40 %2F %23 %3F), or the password in OUTBOX_PASSWORD_FILE'
    )
  }
  const parts = URL_PARTS.exec(url)?.groups
  if (parts === undefined) return refuse(`must be ${FORM}`)
  const { sslmode, host: folder, ...unknown } = Object.fromEntries(new URLSearchParams(parts['query']))
  if (Object.keys(unknown).length > 0) return refuse('must have no parameter but sslmode and host')
  const named = parts['v6'] ?? parts['name'] ?? ''
  if ((named === '') !== (folder !== undefined))
    return refuse('must name one host, or the folder of a unix socket as ?host=/folder')
  if (folder !== undefined && !folder.startsWith('/'))
    return refuse('must name a folder, which begins with /, as its parameter host')
  const host = folder ?? named
  const port = Number(parts['port'] ?? 5432)
  if (port < 1 || port > 65_535) return refuse('must have a port from 1 to 65535')
  return {
    host,
    port,
    database: decode(parts['database'] ?? ''),
    user: decode(parts['user'] ?? ''),
    password: parts['password'] === undefined ? undefined : decode(parts['password']),
    sslMode: sslModeOf(sslmode, host)
  }
}

/** Host, port and database, and never user or password. */
export const printOutboxAddress = ({ host, port, database }: OutboxAddress): string =>
  host.startsWith('/') ? `postgres:///${database}?host=${host}` : `postgres://${at(host)}:${port}/${database}`

const at = (host: string): string => (host.includes(':') ? `[${host}]` : host)

const sslModeOf = (text: string | undefined, host: string): SslMode => {
  if (text === undefined) return isOfThisMachine(host) ? 'disable' : 'verify-full'
  const mode = SSL_MODES.find((each) => each === text)
  if (mode === undefined) return refuse(`must have one of ${SSL_MODES.join(', ')} as its sslmode`)
  if (mode !== 'disable' && host.startsWith('/')) return refuse('must have no TLS on a unix socket')
  return mode
}

const isOfThisMachine = (host: string): boolean =>
  host.startsWith('/') || host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host)

const refuse = (reason: string): never => {
  throw new OutboxSettingsError(`OUTBOX_URL=(hidden): ${reason}`)
}

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return refuse('must have its user, password and database percent-encoded, % as %25')
  }
}
