/** A setting that Redis cannot be reached with. The message names it, and never shows a password. */
export class RedisSettingsError extends Error {
  override readonly name = 'RedisSettingsError'
}

export interface RedisNode {
  readonly host: string
  readonly port: number
}

/** What a `REDIS_URL` says. `nodes` are servers, cluster nodes or sentinels, at least one. */
export type RedisAddress = {
  readonly nodes: readonly [RedisNode, ...RedisNode[]]
  readonly isTls: boolean
  readonly username: string | undefined
  readonly password: string | undefined
} & (
  | { readonly form: 'single'; readonly database: number }
  | { readonly form: 'cluster' }
  | { readonly form: 'sentinel'; readonly database: number; readonly master: string }
)

const URL_PARTS =
  /^redis(?<tls>s?)(?:\+(?<form>cluster|sentinel))?:\/\/(?:(?<user>[^@:/?#]*)(?::(?<password>[^@/?#]*))?@)?(?<hosts>[^@/?#]+)(?:\/(?<database>\d*))?(?:\?(?<query>[^#]*))?$/
const HOST = /^(?:\[(?<v6>[\da-fA-F:.]+)\]|(?<name>[\w.-]+))(?::(?<port>\d{1,5}))?$/

const FORMS =
  'redis://[user:password@]host[:port][/database], redis+cluster://host:port,… or ' +
  'redis+sentinel://host:port,…[/database]?master=name, with rediss for TLS'

/** What stands before the last `@` is user and password, whatever they hold. */
const OPEN_CREDENTIALS = /^[^/]*\/\/.*[@/?#].*@/s

/** Throws `RedisSettingsError`, which names REDIS_URL and what is allowed, and shows nothing of it. */
export const parseRedisAddress = (url: string): RedisAddress => {
  if (OPEN_CREDENTIALS.test(url)) {
    return refuse(
      'must have @ / # ? in its user and password percent-encoded (%40 %2F %23 %3F), or the password in REDIS_PASSWORD'
    )
  }
  const parts = URL_PARTS.exec(url)?.groups
  if (parts === undefined) return refuse(`must be ${FORMS}`)
  const form = formOf(parts['form'])
  const [first, ...others] = (parts['hosts'] ?? '').split(',').map((host) => parseHost(host, form))
  if (first === undefined) return refuse('must name a host')
  const common = {
    nodes: [first, ...others] as const,
    isTls: parts['tls'] === 's',
    username: decode(parts['user']),
    password: decode(parts['password'])
  }
  const { master, ...unknown } = Object.fromEntries(new URLSearchParams(parts['query']))
  if (Object.keys(unknown).length > 0) return refuse('must have no parameter but master')
  if (master !== undefined && form !== 'sentinel') return refuse('must not name a master without sentinels')
  const database = Number(parts['database'] ?? '')
  if (form === 'cluster') {
    if (database !== 0) return refuse('must not name a database: a cluster has only one')
    return { ...common, form }
  }
  if (form === 'single') {
    if (others.length > 0) return refuse('must name one host, or be redis+cluster:// or redis+sentinel://')
    return { ...common, form, database }
  }
  if (master === undefined || master === '') return refuse('must name the master: ?master=name')
  return { ...common, form, database, master }
}

/** Whether all keys that begin with it are in one slot of a cluster. */
export const hasHashTag = (prefix: string): boolean => /^[^{]*\{[^}]+\}/.test(prefix)

const refuse = (reason: string): never => {
  throw new RedisSettingsError(`REDIS_URL=(hidden): ${reason}`)
}

const formOf = (name: string | undefined): RedisAddress['form'] =>
  name === 'cluster' || name === 'sentinel' ? name : 'single'

const parseHost = (text: string, form: RedisAddress['form']): RedisNode => {
  const parts = HOST.exec(text)?.groups
  const host = parts?.['v6'] ?? parts?.['name']
  const port = Number(parts?.['port'] ?? (form === 'sentinel' ? 26379 : 6379))
  if (host === undefined || port < 1 || port > 65_535) return refuse('must name hosts as name:port')
  return { host, port }
}

/** An empty one is none. */
const decode = (text: string | undefined): string | undefined => {
  if (text === undefined || text === '') return undefined
  try {
    return decodeURIComponent(text)
  } catch {
    return refuse('must have its user and password percent-encoded, % as %25')
  }
}
