import { bodyOf, isBrokenOff } from './behaviour.js'
import type { Case } from './cases.js'
import type { Read } from './reader.js'

/** What is wrong with what a reader got; `undefined` for what the origin sent. */
export const faultIn = (
  wanted: Case,
  { status, headers, bytes, isEqual, isComplete }: Read
): string | undefined => {
  const { behaviour, size, kind, pace } = wanted
  if (status === 502 && isBrokenOff(behaviour.end)) return undefined
  // RFC 9112 §9.3.1: nobody can tell whether a write was carried out that met the end of a kept connection.
  if (status === 502 && kind === 'write' && behaviour.end === 'fin-unannounced') return undefined
  if (status !== 200) return `status ${status}`
  if (!isEqual) return 'other bytes than the origin sent'
  if (kind === 'head') {
    const length = headers['content-length']
    const isRight = behaviour.framing === 'content-length' ? length === String(size) : bytes === 0
    return isRight ? undefined : `Content-Length ${String(length)} for ${size}`
  }
  if (pace === 'leaving' && size > 0) return undefined
  if (isBrokenOff(behaviour.end)) {
    return isComplete ? `${bytes} bytes with an end, which the origin did not send` : undefined
  }
  if (!isComplete) return `broken off after ${bytes} of ${size} bytes`
  return bytes === bodyOf(size).length ? undefined : `${bytes} of ${size} bytes`
}
