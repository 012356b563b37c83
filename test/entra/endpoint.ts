import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer as createProxy, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import { type AddressInfo, connect, type Server, type Socket } from 'node:net'
import { dirname, join } from 'node:path'
import type { Test } from 'tap'
import { makeCertificates } from '../support/certificates.js'

export const TENANT = '11111111-1111-1111-1111-111111111111'
export const CLIENT = '22222222-2222-2222-2222-222222222222'
export const OBJECT_ID = '33333333-3333-3333-3333-333333333333'
const SCOPE = 'https://redis.azure.com/.default'
const HOST = 'login.microsoftonline.com'

/** What the endpoint does with a request that is right. */
export type Manner =
  | 'answer'
  /** Takes it, and never answers. */
  | 'hang'
  /** 200 and a page, as of a proxy that wants a log-in. */
  | 'page'
  /** 400, as for an identity without a federated credential. */
  | 'refuse'
  /** 503, with a `Retry-After`. */
  | 'busy'
  /** No connection is taken. */
  | 'cut'

export interface Issued {
  readonly token: string
  readonly lifetimeMs: number
}

export interface Endpoint {
  manner: Manner
  lifetimeSeconds: number
  /** Requests so far, whatever became of them. */
  readonly asked: number
  /** What the sidecar needs to find it, beside REDIS_AUTH. */
  readonly environment: Readonly<Record<string, string>>
  /** A new token of the service account: the one before is no longer taken, as when it has expired. */
  rotate(): void
}

/**
 * The token endpoint of Entra ID, as an AKS pod reaches it: TLS by its own name, behind a proxy (HTTPS_PROXY) because the
 * name leads elsewhere. Takes a client-credentials request with a JWT bearer assertion (RFC 7523 §2.2) and no other.
 * `issue` runs before a token is given out.
 */
export const startEndpoint = async (t: Test, issue: (issued: Issued) => Promise<void>): Promise<Endpoint> => {
  const { ca, certificate, key } = makeCertificates(t, `DNS:${HOST}`)
  const tokenFile = join(dirname(ca), 'federated-token')
  let assertion = ''
  const rotate = (): void => {
    assertion = `service-account-${randomUUID()}`
    writeFileSync(tokenFile, assertion)
  }
  rotate()
  let asked = 0

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    asked++
    const form = new URLSearchParams(await textOf(request))
    const fault = faultIn(request, form, assertion) ?? FAULTS[endpoint.manner]
    if (endpoint.manner === 'hang') return
    if (fault !== undefined) send(response, 400, fault)
    else if (endpoint.manner === 'page') send(response, 200, '<html><body>Log in</body></html>')
    else if (endpoint.manner === 'busy') send(response, 503, { error: 'temporarily_unavailable' })
    else send(response, 200, await tokenAnswer())
  }

  const tokenAnswer = async (): Promise<object> => {
    const seconds = endpoint.lifetimeSeconds
    const token = jwtOf({ oid: OBJECT_ID, appid: CLIENT, tid: TENANT, jti: randomUUID() })
    await issue({ token, lifetimeMs: seconds * 1000 })
    return { token_type: 'Bearer', expires_in: seconds, ext_expires_in: seconds, access_token: token }
  }

  const server = createServer(
    { key: readFileSync(key), cert: readFileSync(certificate) },
    (request, response) => {
      answer(request, response).catch((error: unknown) =>
        response.destroy(error instanceof Error ? error : undefined)
      )
    }
  )
  const proxy = createProxy()
  proxy.on('connect', (request: IncomingMessage, near: Socket) => {
    near.on('error', () => undefined)
    if (endpoint.manner === 'cut' || request.url !== `${HOST}:443`) return void near.destroy()
    const far = connect(portOf(server), '127.0.0.1', () => {
      near.write('HTTP/1.1 200 Connection established\r\n\r\n')
      near.pipe(far).pipe(near)
    })
    far.on('error', () => near.destroy())
    near.on('close', () => far.destroy())
  })
  for (const each of [server, proxy]) {
    each.listen(0, '127.0.0.1')
    await once(each, 'listening')
    t.teardown(() => {
      each.close()
      each.closeAllConnections()
    })
  }

  const endpoint: Endpoint = {
    manner: 'answer',
    lifetimeSeconds: 3600,
    get asked() {
      return asked
    },
    environment: {
      AZURE_CLIENT_ID: CLIENT,
      AZURE_TENANT_ID: TENANT,
      AZURE_AUTHORITY_HOST: `https://${HOST}/`,
      AZURE_FEDERATED_TOKEN_FILE: tokenFile,
      HTTPS_PROXY: `http://127.0.0.1:${portOf(proxy)}`,
      NODE_EXTRA_CA_CERTS: ca
    },
    rotate
  }
  return endpoint
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port

/** What Entra ID answers to a request that is not this one; `undefined` for a right one. */
const faultIn = ({ method, url = '' }: IncomingMessage, form: URLSearchParams, assertion: string) => {
  const { pathname } = new URL(url, `https://${HOST}`)
  if (method !== 'POST' || pathname !== `/${TENANT}/oauth2/v2.0/token`) return { error: 'invalid_request' }
  const wanted = {
    grant_type: 'client_credentials',
    client_id: CLIENT,
    scope: SCOPE,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
  }
  for (const [name, value] of Object.entries(wanted))
    if (form.get(name) !== value) return { error: 'invalid_request', error_description: name }
  return form.get('client_assertion') === assertion ? undefined : EXPIRED_ASSERTION
}

const EXPIRED_ASSERTION = {
  error: 'invalid_client',
  error_description: 'AADSTS700024: Client assertion is not within its valid time range.',
  error_codes: [700_024]
}

const NO_FEDERATED_CREDENTIAL = {
  error: 'invalid_client',
  error_description: 'AADSTS70021: No matching federated identity record found for presented assertion.',
  error_codes: [70_021]
}

const FAULTS: Partial<Readonly<Record<Manner, object>>> = { refuse: NO_FEDERATED_CREDENTIAL }

const jwtOf = (claims: object): string =>
  [{ alg: 'none', typ: 'JWT' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .concat('signature')
    .join('.')

const textOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk as Uint8Array))
  return Buffer.concat(chunks).toString()
}

const send = (response: ServerResponse, status: number, body: object | string): void => {
  const isPage = typeof body === 'string'
  const type = isPage ? 'text/html' : 'application/json'
  response.writeHead(status, { 'content-type': type, ...(status === 503 && { 'retry-after': '1' }) })
  response.end(isPage ? body : JSON.stringify(body))
}
