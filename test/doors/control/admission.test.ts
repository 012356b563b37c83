import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { createServerFactory } from '../../../src/doors/server-factory.js'
import { listenOnSocket } from '../../../src/sidecar/listen.js'
import { isProblem, openDoor, type OpenDoor } from './open-door.js'

const JSON_TYPE = { 'content-type': 'application/json' }

/** Each route with a request that it would carry out, and some that no route is for. */
const requestsOf = async ({ call }: OpenDoor) => {
  const { paths } = (await call('GET', '/openapi.json')).json() as { paths: Record<string, object> }
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => [method.toUpperCase(), path.replace('{key}', 'a')] as const)
  )
  return [
    ...routes,
    ['HEAD', '/v1/entries/a'],
    ['GET', '/v1/entries/a%3Ab'],
    ['GET', `/v1/entries/${'a'.repeat(3000)}`],
    ['GET', '/openapi.json'],
    ['GET', '/docs'],
    ['GET', '/docs/static/index.html'],
    ['GET', '/nothing'],
    ['GET', '/v1/%zz'],
    ['OPTIONS', '/v1/invalidations']
  ] as const
}

const BODIES: Readonly<Record<string, string>> = {
  'PUT /v1/entries/a': 'changed',
  'POST /v1/entries/get': '{"keys":["a"]}',
  'POST /v1/entries/set': '{"entries":[{"key":"a","value":"changed"}]}',
  'POST /v1/entries/a/increment': '{"by":1}',
  'POST /v1/invalidations': '{"all":true}'
}

/** What a browser sends for a page that is not of this machine. */
const FOREIGN: readonly (readonly [Record<string, string>, field: string])[] = [
  [{ host: 'rebound.example.org:8081' }, 'host'],
  [{ origin: 'https://evil.example.org' }, 'origin'],
  [{ origin: 'null' }, 'origin'],
  [{ 'sec-fetch-site': 'cross-site' }, 'sec-fetch-site']
]

t.test('a foreign page reaches no route, and changes nothing', async (t) => {
  const door = await openDoor(t)
  const { call } = door
  await call('PUT', '/v1/entries/a', { body: '41', headers: JSON_TYPE })
  const before = await call('GET', '/v1/entries/a')
  t.equal(before.status, 200, 'the name that is called is remembered from here on')
  for (const [method, path] of await requestsOf(door)) {
    const body = BODIES[`${method} ${path}`]
    for (const [headers, field] of FOREIGN) {
      const answer = await call(method, path, {
        headers: { ...JSON_TYPE, ...headers },
        ...(body && { body })
      })
      const name = `${method} ${path.slice(0, 30)} ${JSON.stringify(headers)}`
      if (method === 'HEAD') t.equal(answer.status, 403, name)
      else isProblem(t, answer, 403, field, name)
    }
  }
  t.equal((await call('GET', '/v1/entries/a')).headers['etag'], before.headers['etag'])
})

t.test('the names of this machine are welcome, with any port, and pages of it too', async (t) => {
  const { call } = await openDoor(t)
  const names = ['localhost', 'LOCALHOST', 'spms.localhost', '127.0.0.1', '127.1.2.3', '[::1]']
  for (const name of names.flatMap((text) => [text, `${text}:8081`])) {
    for (const path of ['/v1/entries/a', '/v1/stats']) {
      const status = path === '/v1/stats' ? 200 : 404
      t.equal((await call('GET', path, { headers: { host: name } })).status, status, name)
      const page = { origin: `http://${name}`, 'sec-fetch-site': 'same-site' }
      t.equal((await call('GET', path, { headers: page })).status, status, `a page of ${name}`)
    }
  }
})

t.test('a name that only looks like one of this machine is foreign', async (t) => {
  const { call } = await openDoor(t)
  const names = [
    '127.0.0.1.example.org',
    'localhost.example.org',
    'notlocalhost',
    'a@localhost',
    '[::2]',
    '10.0.0.1'
  ]
  for (const name of [...names, '127.0.0.1:80:80', 'localhost:a', 'a.b', 'x']) {
    isProblem(t, await call('GET', '/v1/entries/a', { headers: { host: name } }), 403, 'host', name)
    const headers = { origin: `http://${name}` }
    isProblem(t, await call('GET', '/v1/entries/a', { headers }), 403, 'origin', name)
  }
  for (const origin of ['localhost', 'file://', 'ftp://localhost', 'http://localhost/@evil', 'http://', '']) {
    isProblem(t, await call('GET', '/v1/stats', { headers: { origin } }), 403, 'origin', origin)
  }
})

t.test('CONTROL_HOSTS adds names', async (t) => {
  const { call } = await openDoor(t, { hosts: ['cache.local', '10.0.0.1'] })
  for (const host of ['cache.local', 'Cache.Local:8081', '10.0.0.1:1', '127.0.0.1'])
    t.equal((await call('GET', '/v1/stats', { headers: { host } })).status, 200, host)
  t.equal((await call('GET', '/v1/stats', { headers: { origin: 'https://cache.local' } })).status, 200)
  isProblem(t, await call('GET', '/v1/stats', { headers: { host: 'a.cache.local' } }), 403, 'host')
})

t.test('with a token the token is all that counts', async (t) => {
  const { call } = await openDoor(t, { token: 'right' })
  const headers = { host: 'sidecar:8081', origin: 'https://elsewhere.example.org' }
  isProblem(t, await call('GET', '/v1/stats', { headers }), 401, 'authorization')
  const authorized = { ...headers, authorization: 'Bearer right' }
  t.equal((await call('GET', '/v1/stats', { headers: authorized })).status, 200)
})

t.test('a call without a name is refused; over the unix socket no name is asked for', async (t) => {
  const { door, url } = await openDoor(t)
  const folder = await mkdtemp(join(tmpdir(), 'spms-admission-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const path = join(folder, 'control.sock')
  const serverFactory = createServerFactory({ timeoutMs: 60_000 })
  const server = await listenOnSocket({ app: door, serverFactory }, path)
  t.teardown(() => server.close())
  const ask = async (where: string | number, host: string): Promise<string> => {
    const socket = typeof where === 'string' ? connect(where) : connect(where, '127.0.0.1')
    socket.end(`GET /v1/stats HTTP/1.0\r\n${host}\r\n`)
    const [first] = (await once(socket, 'data')) as [Buffer]
    return first.toString()
  }
  t.match(await ask(path, ''), /^HTTP\/1\.1 200 /)
  t.match(await ask(path, 'Host: anything.example.org\r\n'), /^HTTP\/1\.1 200 /)
  t.match(await ask(Number(new URL(url).port), ''), /^HTTP\/1\.1 403 /)
})
