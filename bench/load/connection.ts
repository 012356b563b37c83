import { once } from 'node:events'
import { connect } from 'node:net'

/**
 * A connection for one request at a time, over a plain socket: what a client costs would be added to every
 * latency, and take the core that the origin needs.
 */
export interface Connection {
  /** Whether it can take another request. */
  readonly isOpen: boolean
  /**
   * Resolves when the last byte of the answer is there. Rejects when the connection ends before that, stands
   * still for longer than `timeoutMs`, or when the answer does not say how long it is.
   */
  readonly exchange: (request: string, timeoutMs: number) => Promise<Head>
  readonly close: () => void
}

export interface Head {
  readonly status: number
  /** Status line and fields, in lower case. */
  readonly text: string
}

/** What any of the connections has just read: a buffer for every read would have to be collected. */
const READ = Buffer.alloc(64 * 1024)

export const openConnection = async (url: string): Promise<Connection> => {
  const { hostname, port } = new URL(url)
  let current: Exchange | undefined
  let isOpen = true

  const take = (chunk: Buffer): void => {
    if (current === undefined) return
    try {
      if (!receive(current.answer, chunk)) return
    } catch (error) {
      fail(error instanceof Error ? error : new Error(String(error)))
      return
    }
    const { answer, resolve } = current
    current = undefined
    if (answer.head.text.includes('\r\nconnection: close')) isOpen = false
    resolve(answer.head)
  }
  const onread = {
    buffer: READ,
    callback: (bytes: number) => {
      take(READ.subarray(0, bytes))
      return true
    }
  }
  const socket = connect({ host: hostname, port: Number(port), noDelay: true, onread })

  const fail = (error: Error): void => {
    isOpen = false
    socket.destroy()
    current?.reject(error)
    current = undefined
  }
  socket.on('error', fail)
  socket.on('timeout', () => fail(new Error('No answer in time.')))
  socket.on('close', () => fail(new Error('The connection was closed before the end of the answer.')))
  await once(socket, 'connect')

  return {
    get isOpen() {
      return isOpen
    },
    exchange: (request, timeoutMs) =>
      new Promise((resolve, reject) => {
        current = { answer: { head: NONE, received: Buffer.alloc(0), missing: 0 }, resolve, reject }
        if (!isOpen) {
          fail(new Error('The connection is closed.'))
          return
        }
        if (socket.timeout !== timeoutMs) socket.setTimeout(timeoutMs)
        socket.write(request, 'latin1')
      }),
    close: () => void socket.destroy()
  }
}

interface Exchange {
  readonly answer: Answer
  readonly resolve: (head: Head) => void
  readonly reject: (error: Error) => void
}

interface Answer {
  /** `NONE` until all of it is there. */
  head: Head
  /** What has come of the head. */
  received: Buffer
  /** Bytes of the body. */
  missing: number
}

const NONE: Head = { status: 0, text: '' }
const END_OF_HEAD = '\r\n\r\n'

/** Returns whether the answer is whole. */
const receive = (answer: Answer, chunk: Buffer): boolean => {
  if (answer.head !== NONE) {
    answer.missing -= chunk.length
    return answer.missing <= 0
  }
  const received = answer.received.length === 0 ? chunk : Buffer.concat([answer.received, chunk])
  const end = received.indexOf(END_OF_HEAD)
  if (end === -1) {
    answer.received = Buffer.from(received)
    return false
  }
  const text = received.toString('latin1', 0, end).toLowerCase()
  answer.head = { status: Number(text.split(' ', 2)[1]), text }
  answer.missing = bodyLength(answer.head) - (received.length - end - END_OF_HEAD.length)
  return answer.missing <= 0
}

const bodyLength = ({ status, text }: Head): number => {
  if (status === 204) return 0
  const length = /\r\ncontent-length: *(\d+)/.exec(text)?.[1]
  if (length === undefined)
    throw new Error(`An answer does not say how long it is: ${text.split('\r\n', 1).join()}.`)
  return Number(length)
}

/** A whole request, as `exchange` sends it. */
export const requestText = (url: string, { method, path, headers, body }: RequestParts): string => {
  const fields = {
    host: new URL(url).host,
    ...headers,
    ...(body !== undefined && { 'content-length': `${Buffer.byteLength(body)}` })
  }
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body ?? ''}`
}

export interface RequestParts {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** ASCII. */
  readonly body?: string
}
