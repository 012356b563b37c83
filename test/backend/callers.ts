import { http } from '../support/http.js'
import { HOST } from './start-backend.js'

/** Somebody whose requests carry these header fields, the token for writes included. */
export interface Caller {
  readonly name: string
  readonly headers: Readonly<Record<string, string>>
}

export const ADMINISTRATOR = 1
/** Is written about: leads projects and a business area, has a caretaker, is one, and is on a mailing list. */
export const SUBJECT = 6
/** Comes by single sign-on. */
export const COLLEAGUE = 9

export const PASSWORD = 'sample'

export const nobody: Caller = { name: 'nobody', headers: { host: HOST } }

/** Five identities, of which two are sessions of one person. */
export const signInAll = async (backend: string, password = PASSWORD): Promise<readonly Caller[]> => [
  nobody,
  await signIn(backend, 'administrator', ADMINISTRATOR),
  await signOn(backend, 'colleague', COLLEAGUE),
  await signIn(backend, 'subject', SUBJECT, password),
  await signIn(backend, 'subject elsewhere', SUBJECT, password)
]

export const usernameOf = (user: number): string =>
  `${FIRST[user % 10] ?? ''}.${LAST[Math.floor(user / 10)] ?? ''}${user}@sample.test`

const FIRST = ['ada', 'ben', 'cleo', 'dan', 'eve', 'finn', 'gia', 'hal', 'ida', 'jon']
const LAST = ['ash', 'brook', 'crane', 'dune', 'elm', 'fern', 'grove']

/** A session of the seeded user. */
export const signIn = async (
  backend: string,
  name: string,
  user: number,
  password = PASSWORD
): Promise<Caller> => {
  const answer = await http(`${backend}/api/v1/users/log-in`, {
    method: 'POST',
    headers: { host: HOST, 'content-type': 'application/json' },
    body: JSON.stringify({ username: usernameOf(user), password })
  })
  return { name, headers: { host: HOST, ...cookiesOf(name, answer.headers['set-cookie']) } }
}

/** What single sign-on sends along with every request of somebody. */
export const signOnHeaders = (user: number): Readonly<Record<string, string>> => ({
  host: HOST,
  'remote-user': usernameOf(user),
  'x-email': usernameOf(user),
  'x-first-name': 'Jon',
  'x-last-name': 'Ash'
})

export const signOn = async (backend: string, name: string, user: number): Promise<Caller> => {
  const headers = signOnHeaders(user)
  const answer = await http(`${backend}/api/v1/users/me`, { headers })
  return { name, headers: { ...headers, ...cookiesOf(name, answer.headers['set-cookie']) } }
}

/** As a browser sends them back, with the token that a page of the frontend adds. */
const cookiesOf = (name: string, set: string | string[] | undefined): Record<string, string> => {
  const cookies = withCookies({}, set)
  if (cookies['x-csrftoken'] === undefined) throw new Error(`${name} was not let in.`)
  return cookies
}

/** The headers of the next request, after an answer with these `Set-Cookie`. */
export const withCookies = (
  headers: Readonly<Record<string, string>>,
  set: string | string[] | undefined
): Record<string, string> => {
  const jar = new Map<string, string>()
  const pairs = [...(headers['cookie']?.split('; ') ?? []), ...[set ?? []].flat()]
  for (const pair of pairs) {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(pair) ?? []
    jar.set(name, value)
  }
  const token = jar.get('spmscsrf')
  return {
    ...headers,
    ...(jar.size > 0 && { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') }),
    ...(token !== undefined && { 'x-csrftoken': token })
  }
}
