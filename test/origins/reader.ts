import { type Agent, request as send } from 'node:http'
import type { ClientRequest, IncomingMessage } from 'node:http'

/** How somebody takes an answer. */
export type Pace = 'fast' | 'slow' | 'stalled' | 'leaving'

export interface ReadOptions {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  /** JSON. */
  readonly body?: string
  readonly pace: Pace
  readonly agent: Agent | false
  /** What the body should be: it is compared as it comes, and not kept. */
  readonly expected: Buffer
}

export interface Read {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  /** Bytes that came, and whether they are the first ones of what was expected. */
  readonly bytes: number
  readonly isEqual: boolean
  /** The message had its end: RFC 9112 §8. */
  readonly isComplete: boolean
}

/** Pause of a slow reader after each piece of 64 KB at most, and the one pause of a stalled one. */
const SLOW_MS = 5
const STALL_MS = 400
const LONGEST_MS = 60_000

/** Rejects when no head comes, and when there is no end within a minute; resolves also when the answer breaks off. */
export const readAnswer = (url: string, options: ReadOptions): Promise<Read> =>
  new Promise((resolve, reject) => {
    const { method, headers = {}, body, agent } = options
    const sent =
      body === undefined ? {} : { 'content-type': 'application/json', 'content-length': body.length }
    const request = send(url, { method, agent, headers: { ...headers, ...sent } })
    const timer = setTimeout(
      () => request.destroy(new Error('There was no end within a minute.')),
      LONGEST_MS
    )
    request.once('close', () => clearTimeout(timer))
    request.once('error', reject)
    request.once('response', (response) => take({ request, response, options, resolve }))
    request.end(body)
  })

interface Taking {
  readonly request: ClientRequest
  readonly response: IncomingMessage
  readonly options: ReadOptions
  readonly resolve: (read: Read) => void
}

const take = ({ request, response, options, resolve }: Taking): void => {
  const { pace, expected } = options
  let bytes = 0
  let isEqual = true
  const pause = (milliseconds: number): void => {
    response.pause()
    setTimeout(() => response.resume(), milliseconds)
  }
  response.on('data', (chunk: Buffer) => {
    isEqual &&= chunk.equals(expected.subarray(bytes, bytes + chunk.length))
    if (pace === 'leaving') request.destroy()
    else if (pace === 'slow') pause(SLOW_MS)
    else if (pace === 'stalled' && bytes === 0) pause(STALL_MS)
    bytes += chunk.length
  })
  // Says that it was broken off; `close` follows.
  response.on('error', () => undefined)
  response.once('close', () =>
    resolve({
      status: response.statusCode ?? 0,
      headers: response.headers,
      bytes,
      isEqual,
      isComplete: response.complete
    })
  )
}
