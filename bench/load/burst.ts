import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

export interface Burst {
  /** Where the subject answers, without a path. */
  readonly url: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly readers: number
  readonly timeoutMs: number
}

/**
 * How long each of many readers, all sent at the same moment over connections that were open before, waited
 * for its whole answer, in milliseconds. Over plain sockets: what a client costs would be added to every wait,
 * and a thousand of them make that the larger part. Rejects when one gets no 200 in time.
 */
export const runBurst = async ({
  url,
  path,
  headers,
  readers,
  timeoutMs
}: Burst): Promise<readonly number[]> => {
  const { hostname, port, host } = new URL(url)
  const sockets = await Promise.all(Array.from({ length: readers }, () => open(hostname, Number(port))))
  const lines = Object.entries({ host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`)
  const request = `GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`
  try {
    const startedAt = performance.now()
    const waits = sockets.map(async (socket) => {
      await wholeAnswer(socket, timeoutMs)
      return performance.now() - startedAt
    })
    for (const socket of sockets) socket.write(request)
    return await Promise.all(waits)
  } finally {
    for (const socket of sockets) socket.destroy()
  }
}

const open = async (host: string, port: number): Promise<Socket> => {
  const socket = connect({ host, port, noDelay: true })
  await once(socket, 'connect')
  return socket
}

const wholeAnswer = (socket: Socket, timeoutMs: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const received: Buffer[] = []
    let bytes = 0
    let expected: number | undefined
    socket.setTimeout(timeoutMs, () => reject(new Error(`No answer within ${timeoutMs} ms.`)))
    socket.once('error', reject)
    socket.once('close', () => reject(new Error('The connection was closed before the end of the answer.')))
    socket.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (expected === undefined) {
        received.push(chunk)
        expected = lengthOf(Buffer.concat(received).toString('latin1'))
      }
      if (expected === undefined || bytes < expected) return
      if (Number.isNaN(expected)) reject(new Error('An answer was no 200 with a Content-Length.'))
      else resolve()
    })
  })

/** Of head and body together; `undefined` while the head is not whole, `NaN` for what is no plain 200. */
const lengthOf = (text: string): number | undefined => {
  const end = text.indexOf('\r\n\r\n')
  if (end === -1) return undefined
  const length = /\r\ncontent-length: *(\d+)/i.exec(text.slice(0, end))?.[1]
  return text.startsWith('HTTP/1.1 200 ') ? end + 4 + Number(length) : NaN
}
