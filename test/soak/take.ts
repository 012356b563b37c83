import { type Agent, request as send } from 'node:http'
import type { IncomingMessage } from 'node:http'

export const PACES = ['fast', 'slow', 'stalled', 'leaving'] as const
export type Pace = (typeof PACES)[number]

export interface Shot {
  readonly method: 'GET' | 'PUT'
  readonly path: string
}

export interface Taken {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
  /** The message had its end. */
  readonly isComplete: boolean
  /** It was this side that ended it. */
  readonly isCancelled: boolean
}

const SLOW_MS = 10
const STALL_MS = 500
const LONGEST_MS = 60_000

/** One request, whose answer is taken at this pace. Rejects when no answer begins; resolves also when it breaks off. */
export const take = (
  address: string,
  { method, path }: Shot,
  pace: Pace,
  agent: Agent | false
): Promise<Taken> =>
  new Promise((resolve, reject) => {
    const body = method === 'PUT' ? '{"title":"a"}' : undefined
    const headers =
      body === undefined ? {} : { 'content-type': 'application/json', 'content-length': body.length }
    const request = send(address + path, { method, agent, headers })
    const timer = setTimeout(
      () => request.destroy(new Error('There was no end within a minute.')),
      LONGEST_MS
    )
    request.once('close', () => clearTimeout(timer))
    request.once('error', reject)
    request.once('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk)
        if (pace === 'leaving') return void request.destroy()
        const pauseMs = pace === 'slow' ? SLOW_MS : pace === 'stalled' && chunks.length === 1 ? STALL_MS : 0
        if (pauseMs === 0) return
        response.pause()
        setTimeout(() => response.resume(), pauseMs)
      })
      // Says that it was broken off; `close` follows.
      response.on('error', () => undefined)
      response.once('close', () => {
        const { statusCode: status = 0, headers, complete: isComplete } = response
        const isCancelled = pace === 'leaving' && chunks.length > 0
        resolve({ status, headers, body: Buffer.concat(chunks), isComplete, isCancelled })
      })
    })
    request.end(body)
  })
