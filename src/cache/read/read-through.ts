import { bypassStatus, pendingStatus } from '../../http/cache-status.js'
import type { Answer } from '../answer.js'
import { isFresh } from '../entry.js'
import { OriginError } from '../errors.js'
import { Proof } from '../identity/proof.js'
import type { Observer, UnstoredReason } from '../observer.js'
import type { Reading, Store } from '../store.js'
import { proofKey } from '../tags.js'
import { type Bypass, cacheabilityOf, type CacheabilityRules } from './cacheability.js'
import { type CollapsedFetches, waitFor } from './collapsed-fetch.js'
import type { Forward } from './forward.js'
import type { Lookup, ReadRequest } from './lookup.js'
import {
  afterFailure,
  forCollapsed,
  forHit,
  forLeader,
  forwardStatus,
  fromCache,
  isUsableOnError,
  missOutcome,
  notCached
} from './lookup-answer.js'
import type { Fetched } from './origin-fetch.js'
import { wayOf } from './request-directives.js'
import type { ReadFields } from './request-fields.js'
import type { UncacheableKeys } from './uncacheable-keys.js'

export interface ReadThroughContext extends CacheabilityRules {
  readonly readFields: ReadFields
  readonly store: Store
  readonly forward: Forward
  readonly fetches: CollapsedFetches
  readonly uncacheable: UncacheableKeys
  /** Epoch milliseconds. */
  readonly now: () => number
  /** Milliseconds, for durations. */
  readonly elapsed: () => number
  readonly isEnabled: boolean
  readonly observer: Observer
}

/** A lookup waits for others' fetches this often; then it asks the origin by itself. */
const WAITS = 2

const NO_ROW = { name: 'none', route: undefined }
const DISABLED: Bypass = { kind: 'bypass', reason: 'disabled', resource: undefined }

/**
 * One read, from the request to its answer:
 *
 *     bypass ─ no row, search, no identity …        → forward
 *     lookup ─ fresh                                → hit
 *            ─ stale, within stale-while-revalidate → hit, refreshed in the background
 *            ─ only-if-cached                       → 504
 *            ─ HEAD, Range, neither proof nor store → forward
 *            ─ uncacheable key, no-store, or
 *              Authorization for a public row       → fetch alone; forward what is too large
 *            ─ else                                 → join or lead a collapsed fetch, twice at most; then fetch
 *                                                     alone. It is the key's; without a proof it is this caller's
 *                                                     of the key, and its answer is the proof
 *     fetch  ─ entry                                → answers each waiter whom no invalidation has overtaken
 *            ─ unstorable                           → the leader's alone; the next waiter leads
 *            ─ origin failed                        → stale-if-error, else the failure
 */
export const createReadThrough =
  (context: ReadThroughContext) =>
  async (request: ReadRequest): Promise<Answer> => {
    const startedAt = context.elapsed()
    const fields = context.readFields(request.headers)
    const cacheability = context.isEnabled ? cacheabilityOf(context, request, fields) : DISABLED
    const isLookup = cacheability.kind === 'lookup'
    const answer = isLookup
      ? await lookUp(context, request, { fields, cacheable: cacheability })
      : await context.forward(request, fields.identity, {
          resource: cacheability.resource?.name ?? 'none',
          outcome: 'bypass',
          cacheStatus: bypassStatus(cacheability.reason)
        })
    const { status } = answer
    const { name: resource, route } = cacheability.resource ?? NO_ROW
    context.observer.answered({
      resource,
      route,
      status,
      key: isLookup ? cacheability.key : undefined,
      outcome: answer.outcome,
      durationMs: context.elapsed() - startedAt,
      ageSeconds: answer.kind === 'entry' ? answer.ageSeconds : undefined,
      requestId: fields.trace.requestId,
      traceparent: fields.trace.traceparent
    })
    if (!isLookup) {
      const { reason } = cacheability
      context.observer.bypassed({ resource, route, status, reason, target: request.target })
    }
    return answer
  }

/** Reads the entry, and the caller's proof where one is needed, in one step. */
const lookUp = async (
  context: ReadThroughContext,
  request: ReadRequest,
  { fields, cacheable }: Pick<Lookup, 'fields' | 'cacheable'>
): Promise<Answer> => {
  const arrival = ++context.fetches.arrivals
  const { identity } = fields
  const isProofNeeded = cacheable.resource.scope === 'authenticated'
  let reading: Reading | undefined
  try {
    reading = await context.store.read(
      isProofNeeded && identity !== undefined ? [cacheable.key, proofKey(identity)] : [cacheable.key]
    )
  } catch {
    // A lookup without a position is a miss of which nothing is stored.
  }
  const [entry, proofEntry] = reading?.entries ?? []
  const proof = proofEntry && new Proof(proofEntry)
  const now = context.now()
  const mayShare = !isProofNeeded || proof?.isCurrent(now) === true
  const position = reading?.position
  const lookup = { request, fields, cacheable, arrival, position, entry, proof, mayShare }
  return fromStore(context, lookup, now) ?? fromOrigin(context, lookup)
}

const fromStore = (context: ReadThroughContext, lookup: Lookup, now: number): Answer | undefined => {
  const { entry, mayShare, request, fields } = lookup
  if (!mayShare || entry === undefined) return undefined
  if (isFresh(entry, now)) return forHit(lookup, now)
  if (fields.hasRange || now >= entry.staleWhileRevalidateUntil) return undefined
  if (request.method === 'GET') context.fetches.refresh(lookup)
  return fromCache(lookup, 'stale', now)
}

const fromOrigin = async (context: ReadThroughContext, lookup: Lookup): Promise<Answer> => {
  const way = wayOf(lookup)
  if (way === 'not') return notCached(lookup)
  if (way === 'forward') return forwardAlone(context, lookup)
  return way === 'alone' ? fetchAlone(context, lookup) : fetchTogether(context, lookup)
}

/** Joins the fetch for the key or leads one, at most a few times; then asks the origin by itself. */
const fetchTogether = async (context: ReadThroughContext, lookup: Lookup): Promise<Answer> => {
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
const leaderAnswer = async (
  { now }: ReadThroughContext,
  lookup: Lookup,
  fetched: Fetched
): Promise<Answer> => {
  const effects = fetched.kind === 'own' ? await fetched.effects : undefined
  const answer = forLeader(lookup, fetched, now())
  return effects === 'pending' ? { ...answer, cacheStatus: pendingStatus(answer.cacheStatus) } : answer
}

/** Waits for nobody. What it brings is stored, too, if it can be: a key need not stay uncacheable. */
const fetchAlone = async (context: ReadThroughContext, lookup: Lookup): Promise<Answer> => {
  try {
    return await leaderAnswer(context, lookup, await context.fetches.alone(lookup))
  } catch (error) {
    if (error instanceof OriginError) return afterFailure(lookup, error, context.now())
    throw error
  }
}

/** Passes the request on as it came: what is too large to be stored is not held for each caller to find that out. */
const forwardAlone = async (
  { forward, now }: ReadThroughContext,
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
