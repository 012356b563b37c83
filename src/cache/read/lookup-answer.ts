import {
  collapsedStatus,
  hitStatus,
  MISS,
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
import type { OriginError } from '../errors.js'
import type { Outcome, UnstoredReason } from '../observer.js'
import { discard } from './collapsed-fetch.js'
import { preferredForm } from './preferred-form.js'
import type { Lookup } from './lookup.js'
import type { Fetched } from './origin-fetch.js'
import type { RequestFields } from './request-fields.js'

/** From the entry that this lookup has found. */
export const fromCache = (lookup: Lookup, outcome: 'hit' | 'stale', now: number): Answer => {
  const { entry, fields } = lookup
  if (entry === undefined) throw new TypeError('only a lookup with an entry is answered from the cache')
  return entryAnswer(entry, fields, {
    outcome,
    cacheStatus: hitStatus(ttlSeconds(entry, now)),
    ageSeconds: ageSeconds(entry, now)
  })
}

/** RFC 5861 §4, for the entry that this lookup found itself: it was not invalidated when the lookup began. */
export const isUsableOnError = ({ entry, mayShare }: Lookup, now: number): boolean =>
  mayShare && entry !== undefined && now < entry.staleIfErrorUntil

/** The origin gave no answer. */
export const afterFailure = (lookup: Lookup, error: OriginError, now: number): Answer =>
  isUsableOnError(lookup, now) ? fromCache(lookup, 'stale', now) : failure(error, forwardStatus(lookup))

/** For the lookup whose request it was. */
export const forLeader = (lookup: Lookup, fetched: Fetched, now: number): Answer => {
  const outcome = missOutcome(lookup)
  if (fetched.kind === 'entry') {
    const { entry, unstored } = fetched
    const cacheStatus = forwardStatus(
      lookup,
      unstored === undefined ? { is: storedStatus } : { reason: unstored }
    )
    return entryAnswer(entry, lookup.fields, { outcome, cacheStatus, ageSeconds: undefined })
  }
  if (fetched.answer.status >= 500 && isUsableOnError(lookup, now)) {
    discard(fetched)
    return fromCache(lookup, 'stale', now)
  }
  return relayed(fetched.answer, outcome, forwardStatus(lookup, { reason: fetched.unstored }))
}

/** For a lookup that has waited for somebody else's request. */
export const forCollapsed = (lookup: Lookup, entry: Entry): Answer =>
  entryAnswer(entry, lookup.fields, {
    outcome: 'collapsed',
    cacheStatus: forwardStatus(lookup, { is: collapsedStatus }),
    ageSeconds: undefined
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
  const forwarded = lookup.mayShare ? (lookup.entry === undefined ? MISS : STALE) : UNPROVEN
  if (reason !== undefined) return unstoredStatus(forwarded, reason)
  return is === undefined || !lookup.mayShare ? forwarded : is(forwarded)
}

interface Told {
  readonly outcome: Outcome
  readonly cacheStatus: string
  readonly ageSeconds: number | undefined
}

const entryAnswer = (entry: Entry, fields: RequestFields, told: Told): Answer => {
  const { acceptEncoding } = fields
  const form = acceptEncoding === undefined ? undefined : preferredForm(entry, acceptEncoding)
  const isNews = !isConditional(fields) || !isKnown(entry, fields)
  return {
    kind: 'entry',
    outcome: told.outcome,
    cacheStatus: told.cacheStatus,
    entry,
    body: form?.body ?? entry.body,
    coding: isNews ? form?.coding : codingOfKnown(entry, fields, form?.coding),
    status: isNews ? entry.status : 304,
    ageSeconds: told.ageSeconds
  }
}

const isConditional = ({ ifNoneMatch, ifModifiedSince }: RequestFields): boolean =>
  ifNoneMatch !== undefined || ifModifiedSince !== undefined

/** A caller who has the answer in any coding has it. */
const isKnown = (entry: Entry, { ifNoneMatch, ifModifiedSince }: RequestFields): boolean =>
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
