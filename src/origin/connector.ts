import type { Socket } from 'node:net'
import { buildConnector } from 'undici'

export interface ConnectorOptions {
  readonly timeoutMs: number
  /** Certificates in PEM. */
  readonly ca: string | undefined
}

/** Connections of HTTP/1.1 on which an answer that has arrived is read, whatever became of the request's body. */
export const createConnector = ({ timeoutMs, ca }: ConnectorOptions): buildConnector.connector => {
  const connect = buildConnector({ timeout: timeoutMs, allowH2: false, ...(ca !== undefined && { ca }) })
  return (options, callback) =>
    connect(options, (...outcome) => {
      const [error, socket] = outcome
      if (error === null) {
        readOnAfterWriteErrors(socket)
        tellResets(socket)
      }
      callback(...outcome)
    })
}

/** How long the answer of an origin that has stopped reading is waited for. */
const READ_ON_MS = 5000

/**
 * An origin that refuses an upload answers and closes without reading the rest, as gunicorn does: the next write
 * fails while the answer lies there unread, and Node would throw the connection away with it. The failure is told
 * only when nothing more has come; until then what is still to be written waits.
 */
const readOnAfterWriteErrors = (socket: Socket): void => {
  const write = socket._write.bind(socket)
  const writev = socket._writev?.bind(socket)
  const later =
    (done: Done): Done =>
    (error) => {
      if (error === undefined || error === null || socket.readableEnded) {
        done(error)
        return
      }
      const timer = setTimeout(done, READ_ON_MS, error)
      socket.once('close', () => clearTimeout(timer))
    }
  socket._write = (chunk, encoding, done) => write(chunk, encoding, later(done))
  if (writev !== undefined) socket._writev = (chunks, done) => writev(chunks, later(done))
}

/** The code of an error of a connection that the origin has reset. */
export const RESET = 'ORIGIN_RESET'

/**
 * undici takes a connection that is reset for the end of an answer that only the end of its connection delimits. RFC 9112
 * §8: such an answer is not whole. It knows the error by its code.
 */
const tellResets = (socket: Socket): void => {
  socket.prependListener('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'ECONNRESET') error.code = RESET
  })
}

type Done = (error?: Error | null) => void
