import type { FastifyRequest } from 'fastify'
import type { Database, User } from './database.js'
import type { Sessions } from './sessions.js'

export interface Caller {
  readonly user: User | undefined
  /** Signed in by the cookie, so that writes need the CSRF token. */
  readonly bySession: boolean
}

/** All four single sign-on headers override the session. A person seen for the first time becomes a user. */
export const callerOf = (
  request: FastifyRequest,
  cookies: ReadonlyMap<string, string>,
  database: Database,
  sessions: Sessions
): Caller => {
  const signOn = signOnOf(request)
  if (signOn !== undefined) {
    const known = database.users.find(
      (user) => user.email === signOn.email || user.username === signOn.username
    )
    return { user: activeOnly(known ?? enrol(signOn, database)), bySession: false }
  }
  const number = sessions.userOf(cookies.get('sessionid') ?? '')
  const user = number === undefined ? undefined : activeOnly(database.users.get(number))
  return { user, bySession: user !== undefined }
}

/** The last cookie of a name counts. */
export const cookiesOf = (request: FastifyRequest): ReadonlyMap<string, string> => {
  const cookies = new Map<string, string>()
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const at = pair.indexOf('=')
    if (at > 0) cookies.set(pair.slice(0, at).trim(), pair.slice(at + 1).trim())
  }
  return cookies
}

/** The token is sent twice, in the cookie and in the header. */
export const hasCsrfToken = (request: FastifyRequest, cookies: ReadonlyMap<string, string>): boolean => {
  const token = cookies.get('spmscsrf')
  return token !== undefined && token !== '' && request.headers['x-csrftoken'] === token
}

interface SignOn {
  readonly username: string
  readonly firstName: string
  readonly lastName: string
  readonly email: string
}

const signOnOf = (request: FastifyRequest): SignOn | undefined => {
  const [username, firstName, lastName, email] = SIGN_ON_HEADERS.map((name) => request.headers[name])
  if (typeof username !== 'string' || typeof firstName !== 'string') return undefined
  if (typeof lastName !== 'string' || typeof email !== 'string') return undefined
  if ([username, firstName, lastName, email].includes('')) return undefined
  return { username: username.toLowerCase(), firstName, lastName, email: email.toLowerCase() }
}

const SIGN_ON_HEADERS = ['remote-user', 'x-first-name', 'x-last-name', 'x-email']

const activeOnly = (user: User | undefined): User | undefined => (user?.is_active === true ? user : undefined)

const enrol = (signOn: SignOn, database: Database): User => {
  const user = database.users.insert({
    username: signOn.username,
    password: 'sample',
    email: signOn.email,
    first_name: signOn.firstName,
    last_name: signOn.lastName,
    display_first_name: signOn.firstName,
    display_last_name: signOn.lastName,
    is_superuser: false,
    is_staff: true,
    is_active: true,
    is_aec: false,
    date_joined: '2026-02-01T09:00:00Z',
    image: null,
    phone: '',
    fax: '',
    caretakers: []
  })
  database.profiles.insert({ user: user.id, title: '' })
  database.works.insert({ user: user.id, role: '', branch: null, business_area: null })
  return user
}
