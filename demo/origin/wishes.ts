import type { FastifyRequest } from 'fastify'

/** What a request asks of its own answer by `X-Sample-*` headers, so that a test can have any answer it needs. */
export interface Wishes {
  readonly delayMs: number | undefined
  readonly status: number | undefined
  readonly failure: 'hang' | 'reset' | 'truncate' | undefined
  readonly commitAt: CommitAt | undefined
  /** The body comes in chunks, without its length. */
  readonly isChunked: boolean
  /** Set on the answer; a header that the answer has already is replaced, `Set-Cookie` is added. */
  readonly headers: readonly (readonly [string, string])[]
}

/** Whether a write takes effect at the start of its delay or at the end. */
export type CommitAt = 'start' | 'end'

export const wishesOf = (request: FastifyRequest): Wishes => {
  const lines = request.raw.rawHeaders
  const wishes = new Map<string, string>()
  const headers: [string, string][] = []
  for (let at = 0; at + 1 < lines.length; at += 2) {
    const name = lines[at]?.toLowerCase() ?? ''
    const value = lines[at + 1] ?? ''
    if (!name.startsWith(PREFIX)) continue
    if (WISHES.has(name)) wishes.set(name, value)
    else headers.push([name.slice(PREFIX.length), value])
  }
  const failure = wishes.get('x-sample-fail')
  const commitAt = wishes.get('x-sample-commit')
  return {
    delayMs: numberOf(wishes.get('x-sample-delay-ms')),
    status: numberOf(wishes.get('x-sample-status')),
    failure: failure === 'hang' || failure === 'reset' || failure === 'truncate' ? failure : undefined,
    commitAt: commitAt === 'start' || commitAt === 'end' ? commitAt : undefined,
    isChunked: wishes.has('x-sample-chunked'),
    headers
  }
}

const PREFIX = 'x-sample-'
const WISHES = new Set([
  'x-sample-delay-ms',
  'x-sample-status',
  'x-sample-fail',
  'x-sample-commit',
  'x-sample-chunked'
])

const numberOf = (text: string | undefined): number | undefined =>
  text === undefined || !/^\d+$/.test(text) ? undefined : Number(text)
