import { withoutFields } from '../../http/fields.js'
import type { ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import type { Answer } from '../../cache/answer.js'
import { whenBrokenOff } from '../../http/body.js'
import type { Entry } from '../../cache/entry.js'
import { CancelledError } from '../../concurrency/cancellation.js'
import type { OriginAnswer } from '../../cache/origin.js'
import { sendProblemTo, toProblem } from '../problem.js'

const SLICE_BYTES = 256 * 1024

/** Hands the answer over: at once, but for one that is still coming. Rejects with `CancelledError` when the caller has left. */
export const sendAnswer = (
  answer: Answer,
  response: ServerResponse,
  isHead: boolean
): Promise<void> | undefined => {
  if (answer.kind === 'relay') return relay(answer.received, answer.cacheStatus, response, isHead)
  if (answer.kind === 'entry') sendEntry(answer, response, isHead)
  else sendProblemTo(response, toProblem(answer.error), answer.cacheStatus)
  return undefined
}

const sendEntry = (
  { entry, status, ageSeconds, cacheStatus }: Extract<Answer, { kind: 'entry' }>,
  response: ServerResponse,
  isHead: boolean
): void => {
  const headers = status === 304 ? headersOf304(entry) : entry.headers.slice()
  if (status !== 304) headers.push('Content-Length', String(entry.body.length))
  if (ageSeconds !== undefined) headers.push('Age', String(ageSeconds))
  headers.push('Cache-Status', cacheStatus)
  response.writeHead(status, headers)
  if (isHead || status === 304) response.end()
  else if (entry.body.length <= SLICE_BYTES) response.end(entry.body)
  else sendSliced(entry.body, response)
}

/** Node tells of each write when the system has taken all of it: in slices one can see that a slow caller takes something. */
const sendSliced = (body: Buffer, response: ServerResponse): void => {
  let at = 0
  const next = (): void => {
    const from = at
    at += SLICE_BYTES
    if (at >= body.length) {
      response.end(body.subarray(from))
      return
    }
    response.write(body.subarray(from, at))
    response.once('drain', next)
  }
  next()
}

/** RFC 9110 §15.4.5: what a 304 says of the stored answer, and not of its content. */
const headersOf304 = ({ headers }: Entry): string[] =>
  withoutFields(headers, (name) => /^content-(?!location)/i.test(name))

const relay = async (
  answer: OriginAnswer,
  cacheStatus: string,
  response: ServerResponse,
  isHead: boolean
): Promise<void> => {
  if (response.destroyed) {
    answer.body.destroy()
    throw new CancelledError()
  }
  // RFC 9110 §8.6: a 204 has no length, whatever the origin says.
  const headers = answer.status === 204 ? withoutFields(answer.headers, isContentLength) : answer.headers
  const phrase = SENDABLE.test(answer.statusText) ? answer.statusText : ''
  response.writeHead(answer.status, phrase, [...headers, 'Cache-Status', cacheStatus])
  if (isHead) {
    answer.body.resume()
    response.end()
    return
  }
  // What the origin has sent is passed on as it comes: its head does not wait for a body that takes its time.
  if (answer.body.readableLength === 0) response.flushHeaders()
  await pipe(answer.body, response)
  const trailers = Object.entries(answer.trailers)
  if (trailers.length > 0) response.addTrailers(trailers)
  response.end()
}

/**
 * Resolves with the end of the body; rejects when it breaks off, and ends it when the caller leaves. Node's own
 * `pipeline` makes an `AbortController` for this, see `cache/leaving.ts`.
 */
const pipe = (body: Readable, response: ServerResponse): Promise<void> =>
  new Promise((resolve, reject) => {
    const breakOff = (): void => reject(body.errored ?? new CancelledError())
    if (body.destroyed) breakOff()
    body.once('end', resolve)
    body.once('error', reject)
    whenBrokenOff(body, breakOff)
    response.once('error', reject)
    response.once('close', () => body.destroy())
    body.pipe(response, { end: false })
  })

const isContentLength = (name: string): boolean => name.toLowerCase() === 'content-length'

/** RFC 9112 §4: nobody should read a reason phrase, so that one that Node would refuse is left out. */
const SENDABLE = /^[\t\x20-\x7e\x80-\xff]*$/
