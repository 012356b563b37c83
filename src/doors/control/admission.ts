import { IncomingMessage } from 'node:http'
import { createHash, timingSafeEqual } from 'node:crypto'
import { ProblemError } from '../problem.js'

/** A request that came over a unix socket, which no web page can reach. */
export class UnixSocketRequest extends IncomingMessage {}

interface AdmissionOptions {
  readonly token: string | undefined
  /** Names beside the loopback ones, lower case. */
  readonly hosts: readonly string[]
}

/** Why a request may not come in; `undefined` when it may. To be asked before anything of it is carried out. */
export type RefusalOf = (request: IncomingMessage) => ProblemError | undefined

/**
 * With a token, the token is all that is asked for. Without one, whoever reaches loopback may come in, except a web
 * page in a browser on this machine: such a page can send requests here, and with a name of its own that it lets
 * resolve to 127.0.0.1 it can read the answers, too (DNS rebinding). So the name that is called, and the page that
 * calls, must be of this machine.
 */
export const createAdmission = ({ token, hosts }: AdmissionOptions): RefusalOf => {
  if (token === undefined) return refuseWebPages(new Set(hosts))
  const isAuthorized = createAuthorization(token)
  return ({ headers }) => (isAuthorized(headers.authorization) ? undefined : unauthorized())
}

const refuseWebPages = (hosts: ReadonlySet<string>): RefusalOf => {
  const isOurs = (name: string): boolean => isLoopback(name) || hosts.has(name)
  let lastHost: string | undefined

  return (request) => {
    const { host, origin, 'sec-fetch-site': site } = request.headers
    // What nearly every call is like: the same name as the one before, and no browser.
    if (host !== undefined && host === lastHost && origin === undefined && site === undefined)
      return undefined
    if (request instanceof UnixSocketRequest) return undefined
    if (!isOurs(nameIn(host ?? ''))) {
      return refusal('host', 'must be a loopback name or address, or one of CONTROL_HOSTS')
    }
    if (origin !== undefined && !isOurs(nameIn(HTTP_ORIGIN.exec(origin)?.[1] ?? ''))) {
      return refusal('origin', 'must be that of a page of this machine, or of one of CONTROL_HOSTS')
    }
    if (site === 'cross-site') return refusal('sec-fetch-site', 'must not be cross-site')
    lastHost = host
    return undefined
  }
}

const refusal = (field: string, detail: string): ProblemError =>
  new ProblemError(403, `${field} ${detail}, as long as this door asks for no token.`, {
    errors: [{ field, detail }]
  })

const HTTP_ORIGIN = /^https?:\/\/([^/?#@]+)$/i

/** Without port, in lower case. */
const nameIn = (host: string): string => host.replace(/:\d*$/, '').toLowerCase()

/** Names below `localhost` are loopback ones, too (RFC 6761 §6.3). */
const isLoopback = (name: string): boolean =>
  name === '[::1]' || /^(?:[\w.-]+\.)?localhost$/.test(name) || /^127(?:\.\d{1,3}){3}$/.test(name)

/** Tells whether an `Authorization` field carries the token, in time that does not depend on where they differ. */
export const createAuthorization = (token: string): ((field: string | undefined) => boolean) => {
  const expected = digestOf(token)
  return (field) => {
    const given = /^Bearer +(.+)$/i.exec(field ?? '')?.[1]
    return given !== undefined && timingSafeEqual(digestOf(given), expected)
  }
}

const unauthorized = (): ProblemError =>
  new ProblemError(401, 'This door asks for Authorization: Bearer with its token.', {
    errors: [{ field: 'authorization', detail: 'must carry the token' }],
    headers: { 'www-authenticate': 'Bearer' }
  })

const digestOf = (token: string): Buffer => createHash('sha256').update(token).digest()
