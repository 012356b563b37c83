import { observedStatus } from '../../http/cache-status.js'
import type { Answer } from '../answer.js'
import { isFresh } from '../entry.js'
import { OriginError } from '../errors.js'
import type { Outcome } from '../observer.js'
import { type FromOriginContext, leaderAnswer } from './from-origin.js'
import type { Lookup } from './lookup.js'
import { afterFailure } from './lookup-answer.js'
import type { Fetched } from './origin-fetch.js'

/** Compares answers of entries with the origin's; nobody waits for it. */
export interface ReadAudit {
  /** The entry was answered. */
  hit(lookup: Lookup): void
  /** The entry would have been answered; the origin has answered this. */
  compare(lookup: Lookup, fetched: Fetched): void
}

export interface ObserveContext extends FromOriginContext {
  readonly audit: ReadAudit | undefined
}

type Prediction = Extract<Outcome, 'would-hit' | 'would-stale' | 'would-miss'>

/**
 * The origin answers, and what the cache would have done is told. Entries live as they would: one that would have been
 * answered is compared with the answer and left as it is, else the answer is stored.
 */
export const observe = async (context: ObserveContext, lookup: Lookup, now: number): Promise<Answer> => {
  const outcome = predicted(lookup, now)
  const cacheStatus = observedStatus(outcome)
  const { request, fields, cacheable } = lookup
  if (request.method === 'HEAD' || fields.hasRange || lookup.position === undefined) {
    const resource = cacheable.resource.name
    return context.forward(request, fields.identity, { resource, outcome, cacheStatus })
  }
  // Nothing is answered from an entry, on an error neither.
  const unknown = { ...lookup, entry: undefined }
  try {
    const fetched = await fetchFor(context, lookup, outcome)
    return { ...(await leaderAnswer(context, unknown, fetched)), outcome, cacheStatus }
  } catch (error) {
    if (error instanceof OriginError) return { ...afterFailure(unknown, error, now), cacheStatus }
    throw error
  }
}

const fetchFor = async (
  { fetches, audit }: ObserveContext,
  lookup: Lookup,
  outcome: Prediction
): Promise<Fetched> => {
  const isKept = outcome === 'would-hit'
  const fetched = await (isKept ? fetches.look(lookup) : fetches.alone({ ...lookup, entry: undefined }))
  if (outcome !== 'would-miss') audit?.compare(lookup, fetched)
  return fetched
}

const predicted = ({ entry, mayShare, fields }: Lookup, now: number): Prediction => {
  if (!mayShare || entry === undefined) return 'would-miss'
  if (isFresh(entry, now)) return 'would-hit'
  return fields.hasRange || now >= entry.staleWhileRevalidateUntil ? 'would-miss' : 'would-stale'
}
