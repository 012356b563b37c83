import { CancelledError, type CancelSignal } from '../../concurrency/cancellation.js'
import { type SharedRun, SingleFlight } from '../../concurrency/single-flight.js'
import { isSliceOver, nextSlice } from '../../concurrency/time-slices.js'
import { OriginError } from '../errors.js'
import { isProofDue } from '../identity/proof.js'
import type { InvalidateSessionChanges } from '../identity/session-changes.js'
import { isReached } from '../invalidate/matcher.js'
import type { Observer } from '../observer.js'
import type { Position } from '../position.js'
import type { ResourceTable } from '../resource.js'
import type { PendingWrite, Store } from '../store.js'
import type { Compress } from './compress.js'
import type { Lookup } from './lookup.js'
import { type Fetched, fetchOrigin, type OriginFetchContext, type OwnAnswer } from './origin-fetch.js'
import { requestDirectivesOf } from './request-directives.js'
import { storeFill } from './store-fill.js'
import type { UncacheableKeys } from './uncacheable-keys.js'

export interface FetchContext extends OriginFetchContext {
  readonly store: Store
  readonly table: ResourceTable
  readonly observer: Observer
  readonly uncacheable: UncacheableKeys
  readonly invalidateSessionChanges: InvalidateSessionChanges
  readonly compress: Compress
  /** The user number of a caller who has a proof. */
  readonly userOf: (identity: string) => Promise<string | undefined>
}

/** A request to the origin that its leader has sent, and whose answer others may wait for. */
export type CollapsedFetch = SharedRun<Fetched, FetchStart>

export interface FetchStart {
  /** Of the leader: read before the origin was asked; `undefined` when the store was unavailable. */
  readonly position: Position | undefined
  /** The number of the last lookup that had begun when the origin was asked: up to this one, all may be answered. */
  readonly lastArrival: number
}

/** One request to the origin for each key, however many lookups miss it at once. */
export class CollapsedFetches {
  /** Lookups that have begun so far. */
  arrivals = 0
  readonly #context: FetchContext
  readonly #fetches = new SingleFlight<Fetched, FetchStart>()

  constructor(context: FetchContext) {
    this.#context = context
  }

  find(key: string): CollapsedFetch | undefined {
    return this.#fetches.find(key)
  }

  lead(lookup: Lookup): CollapsedFetch {
    const start = { position: lookup.position, lastArrival: this.arrivals }
    return this.#fetches.start(this.keyOf(lookup), start, (cancel) =>
      fetchAndStore(this.#context, lookup, cancel)
    )
  }

  /** A fetch that answers nobody but its own caller. */
  alone(lookup: Lookup): Promise<Fetched> {
    return fetchAndStore(this.#context, lookup, lookup.request.cancel)
  }

  /** As `alone`, but nothing is stored, and nothing asked to be confirmed. */
  async look(lookup: Lookup): Promise<Fetched> {
    const options = { user: lookup.proof?.user, cancel: lookup.request.cancel }
    const fetched = await fetchOrigin(this.#context, { ...lookup, entry: undefined }, options)
    return fetched.kind === 'entry' ? fetched : withEffects(this.#context, lookup, fetched)
  }

  /** Callers without a proof share nothing with others: what one of them is answered is for him alone. */
  keyOf({ cacheable, fields, mayShare }: Lookup): string {
    return mayShare ? cacheable.key : `${cacheable.key} ${fields.identity ?? ''}`
  }

  /** Refreshes an entry that was just answered stale, unless somebody does already, or the answer would not be stored. */
  refresh(lookup: Lookup): void {
    const { key } = lookup.cacheable
    if (this.#context.uncacheable.isNoted(key) || this.find(key) !== undefined) return
    if (requestDirectivesOf(lookup.request.headers).noStore) return
    this.lead(lookup).result.then(discard, () => undefined)
  }

  /**
   * Whether what a fetch has brought answers a lookup that waited for it:
   *
   *     leader                        invalidation             waiter
   *     position 5
   *     origin reads the old row
   *                                   record 6, acknowledged
   *                                                            position 6, joins the fetch
   *     origin answers the old row                             must not get it
   *
   * The waiter's own position, read after it began, covers every invalidation acknowledged before it.
   */
  async isAnswer(lookup: Lookup, { about }: CollapsedFetch, fetched: Fetched): Promise<boolean> {
    if (fetched.kind === 'own' || fetched.unconfirmed !== undefined) return false
    if (lookup.arrival <= about.lastArrival) return true
    if (lookup.position === undefined || about.position === undefined) return false
    if (lookup.position === about.position) return true
    const { store } = this.#context
    const records = await store.recordsBetween(about.position, lookup.position).catch(() => undefined)
    // Many waiters may check at once: others run between them.
    if (isSliceOver()) await nextSlice()
    return records !== undefined && !isReached(records, lookup.cacheable.key, fetched.entry.tags)
  }
}

/** Asks the origin and stores its answer, if it may be stored, together with the proof of access that it gives. */
const fetchAndStore = async (
  context: FetchContext,
  lookup: Lookup,
  cancel: CancelSignal
): Promise<Fetched> => {
  const { resource, key } = lookup.cacheable
  const { identity } = lookup.fields
  const { noStore } = requestDirectivesOf(lookup.request.headers)
  const isProtected = resource.scope !== 'public' && identity !== undefined
  const known =
    isProtected && lookup.position !== undefined ? await knownUserOf(context, lookup, identity) : undefined
  const received = await fetchOrigin(context, lookup, { user: known, cancel })
  const mayStore = lookup.position !== undefined && !noStore
  const fetched = mayStore ? await context.compress(lookup, received) : received
  const user = (fetched.kind === 'entry' ? fetched.user : undefined) ?? known
  const { tagGroups, proofMs: lastsMs } = context.table.identity
  const made = isProtected && provesAccess(fetched) ? { identity, user, tagGroups, lastsMs } : undefined
  const proof = made && isProofDue(lookup.proof, made, context.now()) ? made : undefined
  const { position } = lookup
  const unstorable = fetched.kind === 'own' ? fetched.unstored : undefined
  noteCacheability(context, lookup, fetched)
  const write = noStore ? undefined : writeOf(key, fetched)
  const notCommitted = await storeFill(context, { position, proof, write })
  const reason = unstorable ?? (noStore ? 'no-store' : notCommitted)
  if (reason !== undefined) context.observer.unstored({ resource: resource.name, key, reason })
  return fetched.kind === 'entry' ? { ...fetched, unstored: reason } : withEffects(context, lookup, fetched)
}

const withEffects = (
  { invalidateSessionChanges }: Pick<FetchContext, 'invalidateSessionChanges'>,
  { fields: { identity }, request: { headers } }: Lookup,
  fetched: OwnAnswer
): OwnAnswer => ({ ...fetched, effects: invalidateSessionChanges(fetched.answer, { identity, headers }) })

/** Where the origin is to be asked each time, lookups do not wait for one another. */
const noteCacheability = (
  { uncacheable }: Pick<FetchContext, 'uncacheable'>,
  lookup: Lookup,
  fetched: Fetched
): void => {
  const isOwn = fetched.kind === 'own'
  const reason = isOwn ? fetched.unstored : fetched.unconfirmed
  if (reason === undefined) uncacheable.forget(lookup.cacheable.key)
  else if (!isOwn || fetched.isLasting) uncacheable.note(lookup, reason)
}

const writeOf = (storeKey: string, fetched: Fetched): PendingWrite | undefined => {
  if (fetched.kind === 'own') return undefined
  const { entry, confirmed } = fetched
  // Over the confirmed entry only: another may have come meanwhile.
  return { storeKey, entry, ...(confirmed !== undefined && { condition: { etag: confirmed } }) }
}

/** For the scope `identity` the proof was not read with the entry: a hit does not need it. */
const knownUserOf = async (
  context: FetchContext,
  { cacheable, proof }: Lookup,
  identity: string
): Promise<string | undefined> =>
  cacheable.resource.scope === 'authenticated' ? proof?.user : context.userOf(identity)

/**
 * Only what could be stored as the answer of a protected row: a maintenance page or a sign-on page is a 200, too. And no
 * 304, which some origins answer before they ask who is calling.
 */
const provesAccess = (fetched: Fetched): boolean =>
  fetched.kind === 'entry' && fetched.confirmed === undefined && fetched.unconfirmed === undefined

/** Nobody will read this answer. */
export const discard = (fetched: Fetched): void => {
  if (fetched.kind === 'own') fetched.answer.body.destroy()
}

/** What a fetch brings, or why it brings nothing. Rejects with `CancelledError` for a caller who has gone. */
export const waitFor = async (
  fetch: CollapsedFetch,
  cancel: CancelSignal,
  isLeader: boolean
): Promise<Fetched | OriginError> => {
  try {
    return await fetch.wait(cancel)
  } catch (error) {
    if (error instanceof OriginError) return error
    if (isLeader && error instanceof CancelledError) fetch.result.then(discard, () => undefined)
    throw error
  }
}
