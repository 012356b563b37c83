import {
  collapsedStatus,
  hitStatus,
  MISS,
  PART,
  STALE,
  STORE_UNAVAILABLE,
  storedStatus,
  UNPROVEN,
  unstoredStatus
} from '../../http/cache-status.js'
import { listedCoding, uncodedTags } from '../../http/coded-tags.js'
import type { Coding } from '../../http/codings.js'
import { isNotModified } from '../../http/conditional.js'
import { valueOf } from '../../http/fields.js'
import { type Answer, failure, relayed } from '../answer.js'
import { ageSeconds, type Entry, ttlSeconds } from '../entry.js'
import { OriginError } from '../errors.js'
import type { Outcome, UnstoredReason } from '../observer.js'
import { discard } from './collapsed-fetch.js'
import { preferredForm } from './preferred-form.js'
import type { Lookup } from './lookup.js'
import { partOf } from './part.js'
import type { Fetched, FetchedEntry } from './origin-fetch.js'
import type { RequestFields } from './request-fields.js'

/** From the fresh entry that this lookup has found; `undefined` for a part of it that the origin is to be asked for. */
export const forHit = (lookup: Lookup, now: number): Answer | undefined => {
  const { entry, fields, request } = lookup
  // RFC 9110 §13.2.2: conditions come before the range. RFC 9110 §14.2: only a GET has one.
  if (!fields.hasRange || entry === undefined || request.method !== 'GET' || isKnown(entry, fields))
    return fromCache(lookup, 'hit', now)
  const part = partOf(entry, request.headers)
  return part && fromCache({ ...lookup, entry: part }, 'hit', now)
}

/** From the entry that this lookup has found. */
export const fromCache = (lookup: Lookup, outcome: 'hit' | 'stale', now: number): Answer => {
  const { entry, fields } = lookup
  if (entry === undefined) throw new TypeError('only a lookup with an entry is answered from the cache')
  const freshSeconds = ttlSeconds(entry, now)
  return entryAnswer(entry, fields, {
    outcome,
    cacheControl: lookup.cacheable.resource.cacheControl,
    cacheStatus: hitStatus(freshSeconds),
    ageSeconds: ageSeconds(entry, now),
    freshSeconds
  })
}

/** RFC 5861 §4, for the entry that this lookup found itself: it was not invalidated when the lookup began. */
export const isUsableOnError = ({ entry, mayShare }: Lookup, now: number): boolean =>
  mayShare && entry !== undefined && now < entry.staleIfErrorUntil

/** The origin gave no answer. */
export const afterFailure = (lookup: Lookup, error: OriginError, now: number): Answer =>
  isUsableOnError(lookup, now) ? fromCache(lookup, 'stale', now) : failure(error, forwardStatus(lookup))

/** RFC 9111 §5.2.1.7: the caller wants no answer of the origin. */
export const notCached = (lookup: Lookup): Answer => ({
  ...failure(new OriginError('unasked'), forwardStatus(lookup)),
  outcome: missOutcome(lookup)
})

/** For the lookup whose request it was. */
export const forLeader = (lookup: Lookup, fetched: Fetched, now: number): Answer => {
  const outcome = missOutcome(lookup)
  if (fetched.kind === 'entry') {
    const { unstored } = fetched
    const cacheStatus = forwardStatus(
      lookup,
      unstored === undefined ? { is: storedStatus } : { reason: unstored }
    )
    return freshlyFetched(lookup, fetched, { outcome, cacheStatus, now })
  }
  if (fetched.answer.status >= 500 && isUsableOnError(lookup, now)) {
    discard(fetched)
    return fromCache(lookup, 'stale', now)
  }
  return relayed(fetched.answer, outcome, forwardStatus(lookup, { reason: fetched.unstored }))
}

/** For a lookup that has waited for somebody else's request. */
export const forCollapsed = (lookup: Lookup, fetched: FetchedEntry, now: number): Answer =>
  freshlyFetched(lookup, fetched, {
    outcome: 'collapsed',
    cacheStatus: forwardStatus(lookup, { is: collapsedStatus }),
    now
  })

/** RFC 9111 §5.1: it has an `Age` only where it had one from the origin. */
const freshlyFetched = (
  { fields, cacheable }: Lookup,
  { entry, isAged }: FetchedEntry,
  { now, ...told }: Pick<Told, 'outcome' | 'cacheStatus'> & { readonly now: number }
): Answer =>
  entryAnswer(entry, fields, {
    ...told,
    cacheControl: cacheable.resource.cacheControl,
    ageSeconds: isAged ? ageSeconds(entry, now) : undefined,
    freshSeconds: undefined
  })

export const missOutcome = (lookup: Lookup): 'miss' | 'unproven' | 'store-unavailable' => {
  if (lookup.position === undefined) return 'store-unavailable'
  return lookup.mayShare ? 'miss' : 'unproven'
}

/** What became of an answer of the origin. */
export interface Fate {
  readonly is?: (forwarded: string) => string
  /** Why it was not stored. */
  readonly reason?: UnstoredReason | undefined
}

/** Why the request went forward, and what became of its answer. */
export const forwardStatus = (lookup: Lookup, { is, reason }: Fate = {}): string => {
  if (lookup.position === undefined) return STORE_UNAVAILABLE
  const forwarded = forwardedFor(lookup)
  if (reason !== undefined) return unstoredStatus(forwarded, reason)
  return is === undefined || !lookup.mayShare ? forwarded : is(forwarded)
}

const forwardedFor = ({ mayShare, entry, fields }: Lookup): string => {
  if (!mayShare) return UNPROVEN
  if (entry === undefined) return MISS
  return fields.hasRange ? PART : STALE
}

interface Told {
  readonly outcome: Outcome
  readonly cacheStatus: string
  /** Where the origin says nothing. */
  readonly cacheControl: string | undefined
  readonly ageSeconds: number | undefined
  readonly freshSeconds: number | undefined
}

const entryAnswer = (entry: Entry, fields: RequestFields, told: Told): Answer => {
  const { acceptEncoding } = fields
  const form = acceptEncoding === undefined ? undefined : preferredForm(entry, acceptEncoding)
  const isNews = !isKnown(entry, fields)
  return {
    kind: 'entry',
    outcome: told.outcome,
    cacheStatus: told.cacheStatus,
    entry,
    body: form?.body ?? entry.body,
    coding: isNews ? form?.coding : codingOfKnown(entry, fields, form?.coding),
    status: isNews ? entry.status : 304,
    cacheControl: told.cacheControl,
    ageSeconds: told.ageSeconds,
    freshSeconds: told.freshSeconds
  }
}

/** A caller who has the answer in any coding has it. RFC 9110 §13.2.1: conditions are about a 200. */
const isKnown = (entry: Entry, { ifNoneMatch, ifModifiedSince }: RequestFields): boolean =>
  (ifNoneMatch !== undefined || ifModifiedSince !== undefined) &&
  entry.status === 200 &&
  isNotModified(
    { ifNoneMatch: ifNoneMatch && uncodedTags(ifNoneMatch), ifModifiedSince },
    { etag: entry.etag, lastModified: valueOf(entry.headers, 'last-modified') }
  )

const codingOfKnown = (
  { etag }: Entry,
  { ifNoneMatch }: RequestFields,
  sent: Coding | undefined
): Coding | undefined =>
  ifNoneMatch === undefined || etag === undefined ? sent : listedCoding(ifNoneMatch, etag, sent)
