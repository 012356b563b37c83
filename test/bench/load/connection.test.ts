import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import t, { type Test } from 'tap'
import { openConnection, requestText } from '../../../bench/load/connection.js'

/** Answers each request with the next of these texts, in pieces where there is a `|`. */
const serveText = async (t: Test, ...answers: string[]): Promise<string> => {
  const left = [...answers]
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('data', () => {
      const pieces = left.shift()?.split('|') ?? []
      pieces.forEach((piece, at) => setTimeout(() => socket.write(piece, 'latin1'), 20 * at))
      if (pieces.length === 0) socket.destroy()
    })
    socket.on('error', () => undefined)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const ask = async (url: string) => {
  const connection = await openConnection(url)
  const request = requestText(url, { method: 'GET', path: '/', headers: {} })
  return { connection, exchange: () => connection.exchange(request, 1000) }
}

t.test('an answer ends with its last byte, in however many pieces it comes', async (t) => {
  const url = await serveText(
    t,
    'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc',
    'HTTP/1.1 404 Not Fo|und\r\nContent-Length: 3\r\n\r|\na|bc',
    'HTTP/1.1 204 No Content\r\n\r\n'
  )
  const { connection, exchange } = await ask(url)
  t.match(await exchange(), { status: 200, text: 'http/1.1 200 ok\r\ncontent-length: 3' })
  const sentAt = performance.now()
  t.match(await exchange(), { status: 404 })
  t.ok(performance.now() - sentAt >= 55, 'with the last of its pieces')
  t.match(await exchange(), { status: 204 })
  t.ok(connection.isOpen)
  connection.close()
})

t.test('a connection that the server ends takes no other request', async (t) => {
  const url = await serveText(t, 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
  const { connection, exchange } = await ask(url)
  t.match(await exchange(), { status: 200 })
  t.notOk(connection.isOpen)
  await t.rejects(exchange(), { message: /is closed/ })
})

t.test('an answer without a length, or none, is an error', async (t) => {
  const endless = await ask(await serveText(t, 'HTTP/1.1 200 OK\r\n\r\nabc'))
  await t.rejects(endless.exchange(), { message: /how long it is: http\/1.1 200 ok/ })
  t.notOk(endless.connection.isOpen)
  const none = await ask(await serveText(t))
  await t.rejects(none.exchange(), { message: /closed before the end/ })
})

t.test('a request says how long its body is', (t) => {
  t.equal(
    requestText('http://a:1/', { method: 'POST', path: '/w', headers: { x: '1' }, body: '{}' }),
    'POST /w HTTP/1.1\r\nhost: a:1\r\nx: 1\r\ncontent-length: 2\r\n\r\n{}'
  )
  t.end()
})
