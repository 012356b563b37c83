import { bypassStatus } from '../../http/cache-status.js'
import type { Answer } from '../answer.js'
import { isFresh } from '../entry.js'
import { Proof } from '../identity/proof.js'
import type { Observer } from '../observer.js'
import type { Reading, Store } from '../store.js'
import { proofKey } from '../tags.js'
import { type Bypass, cacheabilityOf, type CacheabilityRules } from './cacheability.js'
import { fromOrigin, type FromOriginContext } from './from-origin.js'
import type { Lookup, ReadRequest } from './lookup.js'
import { forHit, fromCache } from './lookup-answer.js'
import { observe, type ReadAudit } from './observe.js'
import type { ReadFields } from './request-fields.js'

/**
 * `off`: plain forwarding; writes still invalidate. `observe`: so, too, but entries are kept, and each answer that one of them
 * would have given is compared with it.
 */
export type CacheMode = 'on' | 'off' | 'observe'

export interface ReadThroughContext extends CacheabilityRules, FromOriginContext {
  readonly readFields: ReadFields
  readonly store: Store
  /** Milliseconds, for durations. */
  readonly elapsed: () => number
  readonly mode: CacheMode
  readonly audit: ReadAudit | undefined
  readonly observer: Observer
}

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
    const cacheability = context.mode !== 'off' ? cacheabilityOf(context, request, fields) : DISABLED
    const isLookup = cacheability.kind === 'lookup'
    const answer = isLookup
      ? await lookUp(context, request, { fields, cacheable: cacheability })
      : await context.forward(request, fields.identity, {
          resource: cacheability.resource?.name ?? 'none',
          outcome: 'bypass',
          cacheStatus: bypassStatus(cacheability.reason)
        })
    const { status } = answer
    const isEntry = answer.kind === 'entry'
    const { name: resource, route } = cacheability.resource ?? NO_ROW
    context.observer.answered({
      resource,
      route,
      status,
      key: isLookup ? cacheability.key : undefined,
      outcome: answer.outcome,
      durationMs: context.elapsed() - startedAt,
      ageSeconds: isEntry ? answer.ageSeconds : undefined,
      freshSeconds: isEntry ? answer.freshSeconds : undefined,
      bytes: isEntry && status !== 304 ? answer.body.length : 0,
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
  if (context.mode === 'observe') return observe(context, lookup, now)
  return fromStore(context, lookup, now) ?? fromOrigin(context, lookup)
}

const fromStore = (context: ReadThroughContext, lookup: Lookup, now: number): Answer | undefined => {
  const { entry, mayShare, request, fields } = lookup
  if (!mayShare || entry === undefined) return undefined
  if (isFresh(entry, now)) {
    context.audit?.hit(lookup)
    return forHit(lookup, now)
  }
  if (fields.hasRange || now >= entry.staleWhileRevalidateUntil) return undefined
  if (request.method === 'GET') context.fetches.refresh(lookup)
  return fromCache(lookup, 'stale', now)
}
