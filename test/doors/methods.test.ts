import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { openDoor } from './control/open-door.js'
import { createServerFactory } from '../../src/doors/server-factory.js'
import { createOpsDoor } from '../../src/doors/ops/ops-door.js'
import { Registry } from 'prom-client'
import { pino } from 'pino'

const openOps = async (t: Test): Promise<string> => {
  const door = createOpsDoor({
    serverFactory: createServerFactory({ timeoutMs: 60_000 }),
    isReady: () => true,
    stats: () => Promise.reject(new Error('none')),
    registry: new Registry(),
    loggerInstance: pino({ level: 'silent' })
  })
  t.teardown(() => door.close())
  return door.listen({ host: '127.0.0.1', port: 0 })
}

/** The whole answer to bytes, on a connection of its own. */
const send = async (url: string, bytes: string): Promise<string> => {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.end(bytes)
  return text(socket)
}

const ask = (url: string, method: string, path: string, headers = ''): Promise<string> =>
  send(url, `${method} ${path} HTTP/1.1\r\nHost: localhost\r\n${headers}Connection: close\r\n\r\n`)

const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d+) /.exec(answer)?.[1])
const allowIn = (answer: string): string | undefined => /^allow: (.*)\r$/im.exec(answer)?.[1]

/** Known to nobody, to Node's parser, and to Fastify. */
const METHODS = ['FOO', 'get', 'PoSt', 'PURGE', 'PROPFIND', 'QUERY', 'CONNECT', 'OPTIONS', 'PATCH', 'TRACE']

const CONTROL: Readonly<Record<string, string>> = {
  '/v1/entries/a': 'GET, HEAD, PUT, DELETE',
  '/v1/entries/a?ttl=%zz': 'GET, HEAD, PUT, DELETE',
  // A key may have this name, too.
  '/v1/entries/get': 'GET, HEAD, PUT, POST, DELETE',
  '/v1/entries/set': 'GET, HEAD, PUT, POST, DELETE',
  '/v1/entries/a/touch': 'POST',
  '/v1/entries/a/increment': 'POST',
  '/v1/invalidations': 'POST',
  '/v1/warm': 'GET, HEAD, POST',
  '/v1/stats': 'GET, HEAD',
  '/openapi.json': 'GET, HEAD'
}

void t.test(
  'a method that a path of the control door does not have is 405 and told which it has',
  async (t) => {
    const { url } = await openDoor(t)
    for (const method of METHODS) {
      for (const [path, allow] of Object.entries(CONTROL)) {
        const answer = await ask(url, method, path)
        t.match(answer, /^HTTP\/1\.1 405 [^]*application\/problem\+json[^]*"status":405/, `${method} ${path}`)
        t.equal(allowIn(answer), allow, `${method} ${path}`)
        t.match(answer, /^connection: close\r$/im)
      }
      t.equal(statusOf(await ask(url, method, '/nothing')), 404, `${method} of nothing`)
    }
  }
)

void t.test('what Allow names is what the path takes, and no other', async (t) => {
  const { url } = await openDoor(t)
  for (const path of Object.keys(CONTROL)) {
    const taken: string[] = []
    for (const method of ['GET', 'HEAD', 'PUT', 'POST', 'PATCH', 'DELETE', 'OPTIONS']) {
      const answer = await ask(url, method, path, 'Content-Type: application/json\r\nContent-Length: 0\r\n')
      if (statusOf(answer) !== 405) taken.push(method)
    }
    t.equal(taken.join(', '), CONTROL[path], path)
  }
})

void t.test('a method that the ops door does not have is 405, too', async (t) => {
  const url = await openOps(t)
  for (const method of METHODS) {
    for (const path of ['/live', '/ready', '/metrics']) {
      const answer = await ask(url, method, path)
      t.equal(statusOf(answer), 405, `${method} ${path}`)
      t.equal(allowIn(answer), 'GET, HEAD')
    }
    t.equal(statusOf(await ask(url, method, '/nothing')), 404)
  }
})

void t.test('with a token, a method that the parser knows needs it first', async (t) => {
  const { url } = await openDoor(t, { token: 'right' })
  for (const method of ['PATCH', 'QUERY', 'PURGE']) {
    t.equal(statusOf(await ask(url, method, '/v1/stats')), 401, method)
    t.equal(statusOf(await ask(url, method, '/v1/stats', 'Authorization: Bearer right\r\n')), 405)
  }
})

void t.test('a body that comes with such a method is not looked at', async (t) => {
  const { url } = await openDoor(t)
  const answer = await ask(url, 'QUERY', '/v1/stats', 'Content-Type: a\r\nContent-Length: 0\r\n')
  t.equal(statusOf(answer), 405)
})

void t.test('what is no request line is 400', async (t) => {
  const { url } = await openDoor(t)
  for (const bytes of [
    'nonsense\r\n\r\n',
    'FOO\r\n\r\n',
    'FOO /v1/stats\r\n\r\n',
    'FOO nothing HTTP/1.1\r\n\r\n',
    '\0\r\n\r\n'
  ])
    t.equal(statusOf(await send(url, bytes)), 400, JSON.stringify(bytes))
})

void t.test('the line that is refused is the one at fault, behind others', async (t) => {
  const { url } = await openDoor(t)
  const answers = await send(
    url,
    'GET /v1/stats HTTP/1.1\r\nHost: a\r\n\r\nFOO /v1/invalidations HTTP/1.1\r\nHost: a\r\n\r\n'
  )
  const last = answers.slice(answers.lastIndexOf('HTTP/1.1 '))
  t.equal(statusOf(last), 405)
  t.equal(allowIn(last), 'POST')
})
