/** How a WSGI server and Django read who is calling. Servers differ in two ways, and each must be safe. */
export interface WsgiServer {
  /** `Remote_User` is read as `Remote-User`, or not at all. */
  readonly underscores: 'read' | 'dropped'
  /** What several `Cookie` fields are joined by. */
  readonly cookieJoint: ',' | '; '
}

export interface Seen {
  /** Everything that could tell who is calling, as it was read. */
  readonly inputs: readonly (string | null)[]
  readonly caller: Caller
  /** The value of the session cookie, whoever is calling. */
  readonly token: string
  readonly host: string
  readonly site: string | undefined
}

export type Caller =
  | { readonly kind: 'nobody' }
  /** All four headers are there: they override the session. */
  | { readonly kind: 'sign-on'; readonly user: number }
  | { readonly kind: 'session'; readonly user: number }

const SIGN_ON = ['REMOTE_USER', 'X_EMAIL', 'X_FIRST_NAME', 'X_LAST_NAME']

/** Tokens are `<user><letter>`, names end in their user's number; another name is a new user's. */
export const read = (headers: readonly string[], server: WsgiServer): Seen => {
  const environ = environOf(headers, server)
  const signOn = SIGN_ON.map((name) => environ.get(name) ?? null)
  const token = cookieOf(environ.get('COOKIE') ?? '', 'sessionid')
  const [name] = signOn
  const user = /^([2-5])[a-z]$/.exec(token)?.[1]
  const caller: Caller = signOn.every((value) => value !== null && value !== '')
    ? { kind: 'sign-on', user: Number(/^user(\d)$/.exec(name ?? '')?.[1] ?? 99) }
    : user === undefined
      ? { kind: 'nobody' }
      : { kind: 'session', user: Number(user) }
  return {
    inputs: [...signOn, environ.get('AUTHORIZATION') ?? null, token],
    caller,
    token,
    host: environ.get('HOST') ?? '',
    site: environ.get('ORIGIN')
  }
}

const environOf = (headers: readonly string[], server: WsgiServer): ReadonlyMap<string, string> => {
  const environ = new Map<string, string>()
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] ?? ''
    if (name.includes('_') && server.underscores === 'dropped') continue
    const key = name.toUpperCase().replaceAll('-', '_')
    const before = environ.get(key)
    const joint = key === 'COOKIE' ? server.cookieJoint : ','
    environ.set(
      key,
      before === undefined ? (headers[at + 1] ?? '') : `${before}${joint}${headers[at + 1] ?? ''}`
    )
  }
  return environ
}

/** As Django: names and values are trimmed, the last one counts. */
const cookieOf = (field: string, name: string): string => {
  let found = ''
  for (const chunk of field.split(';')) {
    const equals = chunk.indexOf('=')
    if (equals >= 0 && chunk.slice(0, equals).trim() === name) found = chunk.slice(equals + 1).trim()
  }
  return found
}
