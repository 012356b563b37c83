import { request } from 'node:http'
import t, { type Test } from 'tap'
import { type Session, logIn, sidecarFor, startBackend } from './backend.js'

/** An address that gunicorn does not trust by itself, as the ingress' own. Linux has the whole of 127.0.0.0/8. */
const INGRESS = '127.0.0.2'
const HOST = 'spms.test'

interface Sent {
  readonly base: string
  readonly method: 'GET' | 'PUT' | 'POST'
  readonly path: string
  readonly fields: Readonly<Record<string, string>>
}

/** A request as the ingress passes it on, which has ended TLS: status and body. */
const send = ({ base, method, path, fields }: Sent): Promise<string> =>
  new Promise((resolve, reject) => {
    const headers = {
      host: HOST,
      'x-forwarded-proto': 'https',
      'content-length': method === 'GET' ? 0 : 2,
      ...fields
    }
    const sent = request(base + path, { method, headers, localAddress: INGRESS, agent: false })
    sent.once('error', reject)
    sent.once('response', (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (text: string) => (body += text))
      response.once('end', () => resolve(`${response.statusCode ?? 0} ${body}`))
    })
    sent.end(method === 'GET' ? '' : '{}')
  })

const CALLERS = {
  nothing: {},
  Origin: { origin: `https://${HOST}` },
  Referer: { referer: `https://${HOST}/projects/5` },
  'Origin of another site': { origin: 'https://evil.example' },
  'Referer of another site': { referer: 'https://evil.example/' }
} as const

interface Found {
  /** Status of a write by what its caller sends beside his token. */
  readonly writes: Readonly<Record<string, string>>
  readonly image: string | undefined
}

const findAt = async (base: string, { sessionid, csrftoken }: Session): Promise<Found> => {
  const writes: Record<string, string> = {}
  for (const [name, more] of Object.entries(CALLERS)) {
    for (const method of ['PUT', 'POST'] as const) {
      const cookie = `sessionid=${sessionid}; csrftoken=${csrftoken}`
      const fields = { cookie, 'x-csrftoken': csrftoken, 'content-type': 'application/json', ...more }
      const answer = await send({ base, method, path: '/api/v1/projects/5', fields })
      writes[`${method} ${name}`] = answer.slice(0, 3)
    }
  }
  const projects = await send({ base, method: 'GET', path: '/api/v1/users/5/projects', fields: {} })
  return { writes, image: /https?(?=:)/.exec(projects)?.[0] }
}

/** What Django says to requests from the ingress itself, and through a sidecar. */
const find = async (
  t: Test,
  environment: Readonly<Record<string, string>>
): Promise<readonly [Found, Found]> => {
  const origin = await startBackend(t, environment)
  const { proxy } = await sidecarFor(t, origin)
  const session = await logIn(origin, 'ann')
  return [await findAt(origin, session), await findAt(proxy, session)]
}

/** Of the writes above, in the setting in which Django takes the request for a plain one, and a secure one. */
const PLAIN = {
  writes: {
    ...{ 'PUT nothing': '202', 'POST nothing': '200', 'PUT Origin': '202', 'POST Origin': '200' },
    ...{ 'PUT Referer': '202', 'POST Referer': '200' },
    ...{ 'PUT Origin of another site': '403', 'POST Origin of another site': '403' },
    ...{ 'PUT Referer of another site': '202', 'POST Referer of another site': '200' }
  },
  image: 'http'
}
const SECURE = {
  writes: {
    ...PLAIN.writes,
    ...{ 'PUT nothing': '403', 'POST nothing': '403' },
    ...{ 'PUT Referer of another site': '403', 'POST Referer of another site': '403' }
  },
  image: 'https'
}

void t.test('with the defaults of gunicorn, a sidecar makes requests secure that were not', async (t) => {
  const [direct, through] = await find(t, {})
  t.strictSame(direct, PLAIN)
  t.strictSame(through, SECURE)
})

void t.test('FORWARDED_ALLOW_IPS="": everything is as it was without a sidecar', async (t) => {
  const [direct, through] = await find(t, { FORWARDED_ALLOW_IPS: '' })
  t.strictSame(direct, PLAIN)
  t.strictSame(through, PLAIN)
})

for (const [title, environment] of [
  ['by itself', {}],
  ['and FORWARDED_ALLOW_IPS=""', { FORWARDED_ALLOW_IPS: '' }]
] as const) {
  void t.test(`SECURE_PROXY_SSL_HEADER ${title}: requests are as secure as the ingress says`, async (t) => {
    const [direct, through] = await find(t, { BACKEND_SECURE: '1', ...environment })
    t.strictSame(direct, SECURE)
    t.strictSame(through, SECURE)
  })
}
