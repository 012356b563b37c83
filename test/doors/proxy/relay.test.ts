import { once } from 'node:events'
import { connect } from 'node:net'
import t, { type Test } from 'tap'
import { startRawOrigin } from '../../origin/raw-origin.js'
import { eventually } from '../../support/eventually.js'
import { openProxy } from './open-proxy.js'

const raw = async (t: Test, answer: Parameters<typeof startRawOrigin>[1]) =>
  openProxy(t, await startRawOrigin(t, answer))

const CRLF = '\r\n'
const lines = (...text: string[]): string => [...text, '', ''].join(CRLF)
const closing = (method: string): string => lines(`${method} /a HTTP/1.1`, 'Host: a', 'Connection: close')

t.test('a status without a body is passed on, whatever its fields or what follows say', async (t) => {
  // Django's views answer so: `Response(data, status=204)` has a length and a body (seen at `remove_avatar`).
  const { exchange, told } = await raw(t, (socket, head) => {
    const [, path = ''] = head.split(' ')
    const answers: Record<string, string> = {
      '/304': lines('HTTP/1.1 304 Not Modified', 'ETag: "a"', 'Content-Length: 5'),
      '/204':
        lines('HTTP/1.1 204 No Content', 'Content-Length: 13', 'Content-Type: application/json') +
        '{"ok": "yes"}',
      '/204-chunked': lines('HTTP/1.1 204 No Content', 'Transfer-Encoding: chunked') + '2\r\nok\r\n0\r\n\r\n',
      '/204-closed': lines('HTTP/1.1 204 No Content', 'Content-Length: 5', 'Connection: close') + 'hello'
    }
    socket.write(answers[path] ?? '')
    if (path === '/204-closed') socket.end()
  })
  for (const [path, status] of [
    ['/304', 304],
    ['/204', 204],
    ['/204-chunked', 204],
    ['/204-closed', 204],
    ['/304', 304]
  ] as const) {
    for (const method of ['GET', 'DELETE']) {
      const answer = await exchange(lines(`${method} ${path} HTTP/1.1`, 'Host: a', 'Connection: close'))
      t.match(answer, new RegExp(`^HTTP/1.1 ${status} [^]*\r\n\r\n$`), `${method} ${path}`)
      if (status === 204) t.notMatch(answer, /content-length|transfer-encoding/i, 'RFC 9110 section 8.6')
    }
  }
  t.same(told.originBrokeOff, [])
})

t.test('the head of an answer does not wait for its body', async (t) => {
  const { dial } = await raw(t, (socket) => {
    socket.write(lines('HTTP/1.1 200 OK', 'Content-Type: text/event-stream', 'Transfer-Encoding: chunked'))
  })
  const socket = dial()
  socket.write(lines('GET /events HTTP/1.1', 'Host: a'))
  const [head] = (await once(socket, 'data')) as [Buffer]
  t.match(head.toString(), /^HTTP\/1.1 200 OK[^]*event-stream/, 'without a byte of the body')
  socket.destroy()
})

t.test('an answer that has arrived beats the failure of the upload that it refuses', async (t) => {
  const ANSWER = lines('HTTP/1.1 413 Content Too Large', 'Connection: close', 'Content-Length: 3') + 'no!'
  const { dial, told } = await raw(t, (socket) => {
    // Answered and closed with the upload unread, as gunicorn does: the kernel resets the connection.
    socket.pause()
    socket.write(ANSWER, () => socket.resetAndDestroy())
  })
  const BODY = Buffer.alloc(5_000_000, 'x')
  for (let n = 1; n <= 20; n++) {
    const socket = dial()
    let received = ''
    socket.on('data', (chunk: Buffer) => (received += chunk.toString()))
    socket.write(
      lines(
        'PUT /api/v1/users/5 HTTP/1.1',
        'Host: a',
        'Content-Type: image/png',
        `Content-Length: ${BODY.length}`
      )
    )
    socket.write(BODY)
    await eventually(() => received.includes('no!') || received.includes(' 502 '))
    t.match(received, /^HTTP\/1.1 413 /, `upload ${n}`)
    socket.destroy()
  }
  t.same(told.invalidated, [], 'a refused write leaves entries alone')
})

t.test(
  'what is still sent after an answer is read, and the connection serves the next request',
  async (t) => {
    const { dial } = await raw(t, (socket, head) => {
      const body = head.startsWith('PUT') ? 'no!' : 'ok!'
      socket.write(lines('HTTP/1.1 200 OK', 'Connection: close', 'Content-Length: 3') + body, () =>
        socket.destroy()
      )
    })
    const socket = dial()
    let received = ''
    socket.on('data', (chunk: Buffer) => (received += chunk.toString()))
    socket.write(lines('PUT /a HTTP/1.1', 'Host: a', 'Content-Length: 1000000'))
    socket.write(Buffer.alloc(500_000, 'x'))
    await eventually(() => received.includes('no!'))
    socket.write(Buffer.alloc(500_000, 'x'))
    socket.write(lines('GET /b HTTP/1.1', 'Host: a'))
    await eventually(() => received.includes('ok!'))
    socket.destroy()
  }
)

t.test('an answer that the origin breaks off is broken off, counted and told of', async (t) => {
  const { exchange, told } = await raw(t, (socket) => {
    socket.write(lines('HTTP/1.1 200 OK', 'Content-Length: 100') + 'half', () => socket.end())
  })
  const answer = await exchange(closing('GET'))
  t.match(answer, /Content-Length: 100[^]*half$/)
  t.match(told.originBrokeOff, [{ resource: 'none', receivedBytes: 4, expectedBytes: 100 }])
})

t.test('HTTP/1.0 sees that an answer was broken off, too: its connection is reset', async (t) => {
  const { port } = await raw(t, (socket) => {
    socket.write(lines('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked') + '4\r\nhalf\r\n', () => {
      setTimeout(() => socket.end(), 100)
    })
  })
  const socket = connect(port, '127.0.0.1')
  socket.resume().write('GET /a HTTP/1.0\r\n\r\n')
  const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException]
  t.equal(error.code, 'ECONNRESET')
})

t.test('a caller who leaves has broken off nothing', async (t) => {
  let isClosed = false
  const { dial, told } = await raw(t, (socket) => {
    for (const event of ['end', 'close']) socket.once(event, () => (isClosed = true))
    socket.write(lines('HTTP/1.1 200 OK', 'Content-Length: 100') + 'half')
  })
  const socket = dial()
  socket.write(lines('GET /a HTTP/1.1', 'Host: a'))
  await once(socket, 'data')
  socket.destroy()
  await eventually(() => isClosed)
  t.same(told.originBrokeOff, [])
})

t.test('an answer may have a head as large as a request may', async (t) => {
  const { exchange, told } = await raw(t, (socket, head) => {
    const size = Number(/size=(\d+)/.exec(head)?.[1])
    socket.write(lines('HTTP/1.1 200 OK', `X-Large: ${'x'.repeat(size)}`, 'Content-Length: 2') + 'ok')
  })
  const ask = (size: number): Promise<string> =>
    exchange(lines(`GET /a?size=${size} HTTP/1.1`, 'Host: a', 'Connection: close'))
  t.match(await ask(60_000), /^HTTP\/1.1 200 [^]*ok$/)
  t.match(await ask(70_000), /^HTTP\/1.1 502 [^]*cannot be passed on/)
  t.match(told.originAsked[1]?.error, { kind: 'unusable' })
})

t.test('a transfer coding that nobody asked for is not passed on without its name', async (t) => {
  const { exchange, told } = await raw(t, (socket) => {
    socket.write(lines('HTTP/1.1 200 OK', 'Transfer-Encoding: gzip, chunked') + '2\r\nok\r\n0\r\n\r\n')
  })
  t.match(await exchange(closing('GET')), /^HTTP\/1.1 502 /)
  t.match(told.originAsked, [{ status: 0, error: { kind: 'unusable' } }])
})
