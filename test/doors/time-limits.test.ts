import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { eventually } from '../support/eventually.js'
import { openBareProxy, type OpenProxy } from './proxy/open-proxy.js'

const LIMIT_MS = 400
/** So long that a limit which counted this wait would have been over. */
const LONG_MS = 3 * LIMIT_MS
const MEBIBYTE = 1024 * 1024
/** More than the system keeps for a reader who takes nothing. */
const LARGE = Buffer.alloc(16 * MEBIBYTE, 'x')
const LIMITS = { callerTimeoutMs: LIMIT_MS }
/** The origin has one connection: who holds it holds everybody up. */
const ONE_CONNECTION = { ...LIMITS, http: { maxConnections: 1 } }
const UPLOAD = 'POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n'

interface Caller {
  readonly socket: Socket
  readonly received: () => string
  readonly closed: Promise<unknown>
}

const call = (proxy: OpenProxy, text: string): Caller => {
  const socket = proxy.dial()
  const chunks: string[] = []
  socket.setEncoding('latin1').on('data', (chunk: string) => chunks.push(chunk))
  const closed = once(socket, 'close')
  socket.on('error', () => undefined).write(text)
  return { socket, received: () => chunks.join(''), closed }
}

const bytesOf = async (request: IncomingMessage): Promise<number> => {
  let bytes = 0
  for await (const chunk of request) bytes += (chunk as Buffer).length
  return bytes
}

t.test('a request whose head does not come is answered 408', async (t) => {
  const proxy = await openBareProxy(t, (_, response) => response.end('ok'), LIMITS)
  for (const text of ['', 'GET / HTTP/1.1\r\nHost: ', 'GET /']) {
    const { received, closed } = call(proxy, text)
    await closed
    t.match(received(), /^HTTP\/1\.1 408 [^]*application\/problem\+json[^]*did not arrive in time/)
  }
  const { received, closed } = call(proxy, 'GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HT')
  await closed
  t.match(received(), /^HTTP\/1\.1 200 [^]*ok[^]*HTTP\/1\.1 408 /, 'also after an answer')
})

t.test('the late head of a second request does not cut the answer to the first', async (t) => {
  const proxy = await openBareProxy(
    t,
    (_, response) => void setTimeout(() => response.end('done'), LONG_MS),
    LIMITS
  )
  const { socket, received } = call(proxy, 'GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HT')
  await eventually(() => received().endsWith('done'))
  t.match(received(), /^HTTP\/1\.1 200 /)
  socket.destroy()
})

t.test('an upload that pauses is answered 408, and gives its connection to the origin back', async (t) => {
  let arrived = 0
  let broken = 0
  const proxy = await openBareProxy(
    t,
    (request, response) => {
      arrived++
      request.on('error', () => broken++)
      request.resume().on('end', () => response.end('ok'))
    },
    ONE_CONNECTION
  )
  const first = call(proxy, `${UPLOAD}half`)
  await eventually(() => arrived === 1)
  const callers = [first, ...['', 'half'].map((part) => call(proxy, UPLOAD + part))]
  await Promise.all(callers.map(({ closed }) => closed))
  for (const { received } of callers) t.match(received(), /^HTTP\/1\.1 408 [^]*Connection: close/)
  t.equal((await proxy.get('/')).text(), 'ok')
  await eventually(() => broken > 0)
  t.pass('the origin is told, too')
})

t.test('an upload that goes on slowly is taken, however long it is', async (t) => {
  const proxy = await openBareProxy(
    t,
    (request, response) => void bytesOf(request).then((bytes) => response.end(`${bytes} bytes`)),
    LIMITS
  )
  const { socket, received, closed } = call(proxy, UPLOAD.replace('1.1\r\n', '1.1\r\nConnection: close\r\n'))
  for (let part = 0; part < 20; part++) {
    await delay(LONG_MS / 20)
    socket.write('x'.repeat(50))
  }
  await closed
  t.match(received(), /1000 bytes$/)
})

t.test('a reader who takes nothing is cut, and the connection to the origin is free again', async (t) => {
  let isClosed = false
  const proxy = await openBareProxy(
    t,
    ({ url, socket }, response) => {
      // Not by the response: Node 22 calls one finished whose connection was closed.
      if (url === '/large') socket.on('close', () => (isClosed = true))
      response.end(url === '/large' ? LARGE : 'ok')
    },
    ONE_CONNECTION
  )
  const { socket, received, closed } = call(proxy, 'GET /large HTTP/1.1\r\nHost: a\r\n\r\n')
  await once(socket, 'data')
  socket.pause()
  t.equal((await proxy.get('/')).text(), 'ok')
  await eventually(() => isClosed)
  socket.resume()
  await closed
  t.ok(received().length < LARGE.length)
})

/** Pauses after every two mebibytes of an answer, so many times. */
const readSlowly = async (
  { socket, received, closed }: Caller,
  pauseMs: number,
  pauses = Infinity
): Promise<string> => {
  let pausedAt = 0
  let left = pauses
  socket.on('data', () => {
    if (left === 0 || socket.bytesRead < pausedAt + 2 * MEBIBYTE) return
    left--
    pausedAt = socket.bytesRead
    socket.pause()
    setTimeout(() => socket.resume(), pauseMs)
  })
  await closed
  return received()
}

t.test('a reader gets all of an answer that he takes slowly, and is cut when he takes nothing', async (t) => {
  const body = JSON.stringify({ id: 3001, user: { id: 1 }, pad: LARGE.toString() })
  const proxy = await openBareProxy(
    t,
    (_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end(body),
    { ...LIMITS, maxEntryBytes: 2 * LARGE.length }
  )
  const stored = '/api/v1/users/staffprofiles/3001'
  await proxy.get(stored)
  for (const path of [stored, '/relayed']) {
    const ask = () => call(proxy, `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)
    const startedAt = performance.now()
    const whole = await readSlowly(ask(), LIMIT_MS / 4)
    t.ok(whole.length > body.length, path)
    t.ok(performance.now() - startedAt > LIMIT_MS, 'for longer than the limit')
    const cut = await readSlowly(ask(), LONG_MS, 1)
    t.ok(cut.length < body.length)
    t.equal(/spms; hit/.test(whole + cut), path === stored)
  }
})

t.test('the wait for a slow origin is not the caller’s', async (t) => {
  const waits: Record<string, (request: IncomingMessage) => Promise<unknown>> = {
    '/head': () => delay(LONG_MS),
    '/body-taken-late': (request) => delay(LONG_MS).then(() => bytesOf(request))
  }
  const proxy = await openBareProxy(
    t,
    (request, response) => {
      if (request.url === '/pause') {
        response.write('begun ')
        setTimeout(() => response.end('done'), LONG_MS)
      } else void waits[request.url ?? '']?.(request).then(() => response.end('done'))
    },
    LIMITS
  )
  const answers = await Promise.all([
    proxy.get('/head'),
    proxy.get('/pause'),
    proxy.call('POST', '/head', { body: 'x' }),
    proxy.call('POST', '/body-taken-late', { body: LARGE })
  ])
  t.strictSame(
    answers.map((answer) => `${answer.status} ${answer.text()}`),
    ['200 done', '200 begun done', '200 done', '200 done']
  )
})
