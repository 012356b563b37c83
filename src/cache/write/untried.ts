import { valueOf } from '../../http/fields.js'
import type { OriginAnswer } from '../origin.js'

/**
 * Answers that say that the origin has tried nothing. Others do not, 400 and 409 among them: this backend commits and
 * then answers 400.
 */
const NOTHING_TRIED = new Set([401, 403, 404, 405, 411, 413, 415, 417, 429])

/** Whether an answer says that the origin has tried nothing of what was asked for at this path and query. */
export const isUntried = (answer: Pick<OriginAnswer, 'status' | 'headers'>, target: string): boolean =>
  NOTHING_TRIED.has(answer.status) || isMoved(answer, target)

/**
 * RFC 9110 §15.4.2, §15.4.9: what was asked for is elsewhere. Only where that is the same address with a slash at its
 * end, or of another scheme or host, as Django's APPEND_SLASH and SECURE_SSL_REDIRECT say before any view has run.
 */
const isMoved = ({ status, headers }: Pick<OriginAnswer, 'status' | 'headers'>, target: string): boolean => {
  if (status !== 301 && status !== 308) return false
  const asked = URL.parse(`http://origin${target}`)?.pathname
  const sent = URL.parse(valueOf(headers, 'location') ?? '', 'http://origin')?.pathname
  return asked !== undefined && (sent === asked || sent === `${asked}/`)
}
