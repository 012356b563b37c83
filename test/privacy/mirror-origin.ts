import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'
import { read, type Seen, type WsgiServer } from './wsgi.js'

/** An origin that shows in each answer exactly what it saw of the caller. */
export interface MirrorOrigin {
  readonly url: string
  server: WsgiServer
  readonly endedTokens: Set<string>
  readonly inactiveUsers: Set<number>
}

export const SITES = ['https://a.example', 'https://b.example']

export type Scope = 'public' | 'authenticated' | 'own'

/** The reads that are asked for. What is not cached at all is the caller's own, too. */
export const READS: readonly (readonly [path: string, scope: Scope])[] = [
  ['/api/v1/users/me', 'own'],
  ['/api/v1/projects/mine', 'own'],
  ['/api/v1/users/me?x=1', 'own'],
  ['/api/v1/projects/42', 'own'],
  ['/api/v1/agencies/branches', 'authenticated'],
  ['/api/v1/users/2', 'authenticated'],
  ['/api/v1/users/3', 'authenticated'],
  ['/api/v1/users/2/projects', 'public'],
  ['/api/v1/users/staffprofiles/3001', 'public']
]

export const startMirrorOrigin = async (t: Test): Promise<MirrorOrigin> => {
  const server = createServer((request, response) => {
    request.resume()
    answer(origin, request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const origin: MirrorOrigin = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    server: { underscores: 'read', cookieJoint: ',' },
    endedTokens: new Set(),
    inactiveUsers: new Set()
  }
  return origin
}

/** Decides at once and answers after the delay that the request asks for, as a slow database would. */
const answer = (origin: MirrorOrigin, request: IncomingMessage, response: ServerResponse): void => {
  const seen = read(request.rawHeaders, origin.server)
  const { status, body } =
    request.method === 'POST' ? write(origin, request, seen) : show(origin, request, seen)
  response.writeHead(status, {
    'content-type': 'application/json',
    vary: 'Accept, Cookie, origin',
    ...(seen.site !== undefined && SITES.includes(seen.site) && { 'access-control-allow-origin': seen.site })
  })
  const delayMs = Number(request.headers['x-delay'] ?? 0)
  if (delayMs === 0) response.end(JSON.stringify(body))
  else setTimeout(() => response.end(JSON.stringify(body)), delayMs)
}

interface Answer {
  readonly status: number
  readonly body: unknown
}

const DENIED: Answer = { status: 403, body: { detail: 'Authentication credentials were not provided.' } }

const isLetIn = (origin: MirrorOrigin, { caller, token }: Seen): boolean => {
  if (caller.kind === 'nobody' || origin.inactiveUsers.has(caller.user)) return false
  return caller.kind === 'sign-on' || !origin.endedTokens.has(token)
}

const show = (origin: MirrorOrigin, { url = '' }: IncomingMessage, seen: Seen): Answer => {
  const scope = READS.find(([path]) => path === url)?.[1]
  if (scope !== 'public' && !isLetIn(origin, seen)) return DENIED
  if (scope === 'own') {
    const own = { id: seen.caller.kind === 'nobody' ? 0 : seen.caller.user, inputs: seen.inputs }
    return { status: 200, body: url.endsWith('mine') ? [own] : own }
  }
  if (url.endsWith('/projects'))
    return { status: 200, body: [{ id: 42, image: `http://${seen.host}/a.jpg` }] }
  if (url.includes('staffprofiles')) return { status: 200, body: { id: 3001, user: { id: 2 } } }
  return { status: 200, body: url.endsWith('branches') ? [{ id: 1 }] : { id: Number(url.at(-1)) } }
}

const write = (origin: MirrorOrigin, { url = '' }: IncomingMessage, seen: Seen): Answer => {
  const deactivated = /\/users\/(\d)\/toggleactive$/.exec(url)?.[1]
  if (deactivated !== undefined) origin.inactiveUsers.add(Number(deactivated))
  else if (!isLetIn(origin, seen)) return DENIED
  else if (url.endsWith('/log-out')) origin.endedTokens.add(seen.token)
  return { status: 200, body: { ok: true } }
}
