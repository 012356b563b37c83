import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import type { Test } from 'tap'
import { bodyOf, isBrokenOff, type Wanted, wantedIn } from './behaviour.js'

const CHUNK_BYTES = 16_384
/** For what was written to arrive before the connection ends. */
const LATER_MS = 30

/** The origin of behaviour.ts on bare sockets: for ends of a connection that no server makes when it is asked to. */
export const startRaw = async (t: Test): Promise<string> => {
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    // Who is gone gets no answer; a half-closed connection ends here.
    socket.on('end', () => socket.end())
    serve(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port.')
  return `http://127.0.0.1:${address.port}`
}

const serve = (socket: Socket): void => {
  let received = ''
  socket.on('data', (bytes: Buffer) => {
    received += bytes.toString('latin1')
    for (;;) {
      const headEnd = received.indexOf('\r\n\r\n')
      if (headEnd < 0) return
      const length = Number(/\r\ncontent-length: *(\d+)/i.exec(received.slice(0, headEnd))?.[1] ?? 0)
      const end = headEnd + 4 + length
      if (received.length < end) return
      const [method = '', path = ''] = received.split(' ', 2)
      received = received.slice(end)
      const wanted = wantedIn(path)
      if (wanted === undefined) socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n')
      else answer(socket, wanted, method === 'HEAD')
    }
  })
}

const answer = (socket: Socket, wanted: Wanted, isHead: boolean): void => {
  const { end, framing, size } = wanted
  const fields = [
    'Content-Type: application/json',
    ...(framing === 'content-length' ? [`Content-Length: ${size}`] : []),
    ...(framing === 'chunked' ? ['Transfer-Encoding: chunked'] : []),
    ...(ANNOUNCED.has(end) ? ['Connection: close'] : [])
  ]
  const head = Buffer.from(`HTTP/1.1 200 OK\r\n${fields.join('\r\n')}\r\n\r\n`)
  const content = framing === 'chunked' ? chunked(bodyOf(size)) : bodyOf(size)
  const whole = isHead ? head : Buffer.concat([head, content])
  if (end === 'kept') socket.write(whole)
  else if (end === 'fin-later') socket.write(whole, () => setTimeout(() => socket.end(), LATER_MS))
  else if (end === 'fin-before-the-last-byte') socket.end(whole.subarray(0, -1))
  else if (!isBrokenOff(end)) socket.end(whole)
  else {
    const half = whole.subarray(0, head.length + Math.floor(content.length / 2))
    if (end === 'fin-in-the-middle') socket.end(half)
    else socket.write(half, () => setTimeout(() => socket.resetAndDestroy(), LATER_MS))
  }
}

/** The others close without a word. */
const ANNOUNCED: ReadonlySet<string> = new Set(['closed', 'fin-later', 'half-closed', 'reset-in-the-middle'])

const chunked = (body: Buffer): Buffer => {
  const parts: Buffer[] = []
  for (let at = 0; at < body.length; at += CHUNK_BYTES) {
    const chunk = body.subarray(at, at + CHUNK_BYTES)
    parts.push(Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n'))
  }
  return Buffer.concat([...parts, Buffer.from('0\r\n\r\n')])
}
