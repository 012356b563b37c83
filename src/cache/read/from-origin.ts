import { pendingStatus } from '../../http/cache-status.js'
import type { Answer } from '../answer.js'
import { OriginError } from '../errors.js'
import type { UnstoredReason } from '../observer.js'
import { type CollapsedFetches, waitFor } from './collapsed-fetch.js'
import type { Forward } from './forward.js'
import type { Lookup } from './lookup.js'
import {
  afterFailure,
  forCollapsed,
  forLeader,
  forwardStatus,
  fromCache,
  isUsableOnError,
  missOutcome,
  notCached
} from './lookup-answer.js'
import type { Fetched } from './origin-fetch.js'
import { wayOf } from './request-directives.js'
import type { UncacheableKeys } from './uncacheable-keys.js'

/** What a lookup needs that no entry answers. */
export interface FromOriginContext {
  readonly forward: Forward
  readonly fetches: CollapsedFetches
  readonly uncacheable: UncacheableKeys
  /** Epoch milliseconds. */
  readonly now: () => number
}

/** A lookup waits for others' fetches this often; then it asks the origin by itself. */
const WAITS = 2

/** Asks the origin for a lookup that no entry answers. */
export const fromOrigin = async (context: FromOriginContext, lookup: Lookup): Promise<Answer> => {
  const way = wayOf(lookup)
  if (way === 'not') return notCached(lookup)
  if (way === 'forward') return forwardAlone(context, lookup)
  return way === 'alone' ? fetchAlone(context, lookup) : fetchTogether(context, lookup)
}

/** Joins the fetch for the key or leads one, at most a few times; then asks the origin by itself. */
const fetchTogether = async (context: FromOriginContext, lookup: Lookup): Promise<Answer> => {
  const { fetches, uncacheable, now } = context
  for (let waits = 0; waits < WAITS; waits++) {
    const reason = await uncacheable.reasonFor(lookup)
    if (reason === 'too-large') return forwardAlone(context, lookup, reason)
    if (reason !== undefined) break
    const current = fetches.find(fetches.keyOf(lookup))
    const fetch = current ?? fetches.lead(lookup)
    const isLeader = current === undefined
    const fetched = await waitFor(fetch, lookup.request.cancel, isLeader)
    if (fetched instanceof OriginError) return afterFailure(lookup, fetched, now())
    if (isLeader) return await leaderAnswer(context, lookup, fetched)
    if (fetched.kind === 'own' && fetched.answer.status >= 500 && isUsableOnError(lookup, now())) {
      return fromCache(lookup, 'stale', now())
    }
    if (fetched.kind === 'entry' && (await fetches.isAnswer(lookup, fetch, fetched))) {
      return forCollapsed(lookup, fetched, now())
    }
  }
  return fetchAlone(context, lookup)
}

/** A 401 or 403 is held until what it makes untrue is invalidated, or pending. */
export const leaderAnswer = async (
  { now }: FromOriginContext,
  lookup: Lookup,
  fetched: Fetched
): Promise<Answer> => {
  const effects = fetched.kind === 'own' ? await fetched.effects : undefined
  const answer = forLeader(lookup, fetched, now())
  return effects === 'pending' ? { ...answer, cacheStatus: pendingStatus(answer.cacheStatus) } : answer
}

/** Waits for nobody. What it brings is stored, too, if it can be: a key need not stay uncacheable. */
const fetchAlone = async (context: FromOriginContext, lookup: Lookup): Promise<Answer> => {
  try {
    return await leaderAnswer(context, lookup, await context.fetches.alone(lookup))
  } catch (error) {
    if (error instanceof OriginError) return afterFailure(lookup, error, context.now())
    throw error
  }
}

/** Passes the request on as it came: what is too large to be stored is not held for each caller to find that out. */
const forwardAlone = async (
  { forward, now }: FromOriginContext,
  lookup: Lookup,
  reason?: UnstoredReason
): Promise<Answer> => {
  const answer = await forward(lookup.request, lookup.fields.identity, {
    resource: lookup.cacheable.resource.name,
    outcome: missOutcome(lookup),
    cacheStatus: forwardStatus(lookup, { reason })
  })
  if (answer.status < 500 || !isUsableOnError(lookup, now())) return answer
  if (answer.kind === 'relay') answer.received.body.destroy()
  return fromCache(lookup, 'stale', now())
}
