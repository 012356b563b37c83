import { type Answer, cachedAnswer, failure, filledAnswer, relayed } from '../answer.js'
import {
  collapsedStatus,
  hitStatus,
  MISS,
  STALE,
  STORE_UNAVAILABLE,
  storedStatus,
  UNPROVEN
} from '../../http/cache-status.js'
import { type Entry, ttlSeconds } from '../entry.js'
import type { OriginError } from '../errors.js'
import { discard, type Fetched } from './collapsed-fetch.js'
import type { Lookup } from './lookup.js'

/** From the entry that this reader has found. */
export const fromCache = (reader: Lookup, outcome: 'hit' | 'stale', now: number): Answer => {
  const { entry, fields } = reader
  if (entry === undefined) throw new TypeError('only a reader with an entry is answered from the cache')
  return cachedAnswer({ outcome, cacheStatus: hitStatus(ttlSeconds(entry, now)), entry, fields }, now)
}

/** RFC 5861 §4, for the entry that this reader found itself: it was not invalidated when it arrived. */
export const isUsableOnError = ({ entry, isProven }: Lookup, now: number): boolean =>
  isProven && entry !== undefined && now < entry.staleIfErrorUntil

/** The origin gave no answer. */
export const afterFailure = (reader: Lookup, error: OriginError, now: number): Answer =>
  isUsableOnError(reader, now) ? fromCache(reader, 'stale', now) : failure(error, forwardStatus(reader))

/** For the reader whose request it was. */
export const forLeader = (reader: Lookup, landing: Fetched, now: number): Answer => {
  const outcome = missOutcome(reader)
  if (landing.kind === 'entry') {
    const cacheStatus = forwardStatus(reader, landing.isStored ? storedStatus : undefined)
    return filledAnswer({ outcome, cacheStatus, entry: landing.entry, fields: reader.fields })
  }
  if (landing.answer.status >= 500 && isUsableOnError(reader, now)) {
    discard(landing)
    return fromCache(reader, 'stale', now)
  }
  return relayed(landing.answer, outcome, forwardStatus(reader))
}

/** For a reader who has waited for somebody else's request. */
export const forCollapsed = (reader: Lookup, entry: Entry): Answer =>
  filledAnswer({
    outcome: 'collapsed',
    cacheStatus: forwardStatus(reader, collapsedStatus),
    entry,
    fields: reader.fields
  })

export const missOutcome = (reader: Lookup): 'miss' | 'unproven' | 'store-unavailable' => {
  if (reader.position === undefined) return 'store-unavailable'
  return reader.isProven ? 'miss' : 'unproven'
}

/** Why the reader's request went forward; `decorate` tells what became of it. */
export const forwardStatus = (reader: Lookup, decorate?: (forwarded: string) => string): string => {
  if (reader.position === undefined) return STORE_UNAVAILABLE
  if (!reader.isProven) return UNPROVEN
  const forwarded = reader.entry === undefined ? MISS : STALE
  return decorate === undefined ? forwarded : decorate(forwarded)
}
