import { listedCoding, tagCoded, withoutCodedTags } from '../../http/coded-tags.js'
import { valueOf, valuesOf } from '../../http/fields.js'
import { pendingStatus } from '../../http/cache-status.js'
import { type Answer, failure, relayed } from '../answer.js'
import { OriginError } from '../errors.js'
import type { InvalidateSessionChanges } from '../identity/session-changes.js'
import type { Outcome } from '../observer.js'
import type { Origin, OriginAnswer } from '../origin.js'
import type { ReadRequest } from './lookup.js'

export interface Forwarded {
  readonly resource: string
  readonly outcome: Outcome
  readonly cacheStatus: string
}

export type Forward = (
  request: ReadRequest,
  identity: string | undefined,
  forwarded: Forwarded
) => Promise<Answer>

/** Passes a read on as it came, and its answer back as it comes. */
export const createForward =
  (origin: Origin, invalidateSessionChanges: InvalidateSessionChanges): Forward =>
  async (request, identity, { resource, outcome, cacheStatus }) => {
    const { method, target, body, onInterim, cancel } = request
    const headers = withoutCodedTags(request.headers)
    try {
      const answer = await origin.fetch({ resource, method, target, headers, body, onInterim, cancel })
      const isPending = (await invalidateSessionChanges(answer, { identity, headers })) === 'pending'
      return relayed(
        forCaller(answer, request.headers),
        outcome,
        isPending ? pendingStatus(cacheStatus) : cacheStatus
      )
    } catch (error) {
      if (error instanceof OriginError) return failure(error, cacheStatus)
      throw error
    }
  }

/** A 304 names what the caller has: it may be a coded body of ours. */
const forCaller = (answer: OriginAnswer, asked: readonly string[]): OriginAnswer => {
  const etag = valueOf(answer.headers, 'etag')
  if (answer.status !== 304 || etag === undefined) return answer
  const coding = listedCoding(valuesOf(asked, 'if-none-match').join(), etag, undefined)
  if (coding === undefined) return answer
  const headers = answer.headers.slice()
  tagCoded(headers, coding)
  return { ...answer, headers }
}
