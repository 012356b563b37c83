import type { InvalidateSessionChanges } from '../identity/session-changes.js'
import type { Entry } from '../entry.js'
import { fill, type FillContext, type Filled } from './fill.js'
import { createSingleFlight, type Flight } from '../../concurrency/single-flight.js'
import { isReached } from '../invalidate/invalidation.js'
import { familyTag, identityTag, isProofCurrent, type Keep, userOfProof } from '../identity/proof.js'
import type { CancelSignal } from '../../concurrency/cancellation.js'
import type { UncacheableKeys } from './uncacheable-keys.js'
import type { OriginAnswer } from '../origin.js'
import type { Lookup } from './lookup.js'
import { isSliceOver, nextSlice } from '../../concurrency/time-slices.js'
import type { Store } from '../store.js'

export interface CollapsedFetchOptions extends FillContext {
  readonly store: Store
  readonly keep: Keep
  readonly uncacheable: UncacheableKeys
  readonly invalidateSessionChanges: InvalidateSessionChanges
  /** The user number of a caller who has a proof. */
  readonly userOf: (identity: string) => Promise<string | undefined>
}

/** How a flight ended. */
export type Fetched =
  | { readonly kind: 'entry'; readonly entry: Entry; readonly isStored: boolean }
  | {
      readonly kind: 'own'
      readonly answer: OriginAnswer
      /**
       * What became of what the answer has made untrue, as a 401 or 403 does. Its own reader waits for that; those who
       * wait for the flight do not, since each gets an answer by itself, and would wait one after another.
       */
      readonly effects?: ReturnType<InvalidateSessionChanges>
    }

/** The collapsed fetches of the read path: from a reader's miss to a stored entry, or to an answer of the reader's own. */
export const createCollapsedFetches = (options: CollapsedFetchOptions) => {
  const { store, keep, uncacheable } = options
  const singleFlight = createSingleFlight<Fetched>()

  /**
   * Asks the origin on behalf of the reader, and stores what may be stored. An entry is confirmed for readers
   * only to whom it could have been given: a 304 does not say that this one may have it.
   */
  const ask = async (reader: Lookup, readers: CancelSignal): Promise<Fetched> => {
    const landing = await askAndKeep(reader, readers)
    if (landing.kind !== 'own') return landing
    return { ...landing, effects: options.invalidateSessionChanges(landing.answer, reader.fields.identity) }
  }

  const askAndKeep = async (reader: Lookup, readers: CancelSignal): Promise<Fetched> => {
    const { resource, parameters, key, baseKey } = reader.plan
    const { identity } = reader.fields
    const isProtected = resource.scope !== 'public' && identity !== undefined
    const user = isProtected && reader.position !== undefined ? await userOf(reader, identity) : undefined
    const filled = await fill(options, {
      resource,
      parameters,
      identity,
      user,
      target: reader.request.target,
      headers: reader.request.headers,
      stale: reader.isProven ? reader.entry : undefined,
      ownTags: [
        ...(key === baseKey ? [] : [baseKey]),
        ...(resource.scope === 'identity' && identity !== undefined ? [identityTag(identity)] : []),
        ...resource.families.map(familyTag)
      ],
      readers
    })
    const told = userIn(filled) ?? user
    const isProofDue =
      isProtected && provesAccess(filled) && !isProofCurrent(reader.proof, told, options.now())
    const proven = isProofDue ? { identity, user: told } : undefined
    if (filled.kind === 'own') {
      if (filled.isByNature) uncacheable.add(key)
      await keep({ position: reader.position, draft: undefined, proven })
      return filled
    }
    const { entry, confirmed } = filled
    // Over the confirmed entry only: another may have come meanwhile.
    const draft = { storeKey: key, entry, ...(confirmed !== undefined && { condition: { etag: confirmed } }) }
    return { kind: 'entry', entry, isStored: await keep({ position: reader.position, draft, proven }) }
  }

  /** Not read with an entry of scope `identity`, because a hit has no use for it. */
  const userOf = async ({ plan, proof }: Lookup, identity: string): Promise<string | undefined> =>
    plan.resource.scope === 'authenticated' ? userOfProof(proof) : options.userOf(identity)

  const start = (reader: Lookup): Flight<Fetched> =>
    singleFlight.start(reader.plan.key, reader.position, (readers) => ask(reader, readers))

  /** Refreshes an entry that was just answered stale, unless somebody does already. */
  const refresh = (reader: Lookup): void => {
    const { key } = reader.plan
    if (uncacheable.has(key) || singleFlight.find(key) !== undefined) return
    start(reader).result.then(discard, () => undefined)
  }

  /**
   * Whether a landing is an answer to this reader. The origin may have been asked before the reader arrived;
   * then an invalidation that was acknowledged in between must not have reached the entry. The reader's own
   * position, read after it arrived, covers every such invalidation.
   */
  const isAnswer = async (reader: Lookup, flight: Flight<Fetched>, landing: Fetched): Promise<boolean> => {
    if (landing.kind === 'own') return false
    if (reader.arrival <= flight.startedAfter) return true
    if (reader.position === undefined || flight.position === undefined) return false
    if (reader.position === flight.position) return true
    const records = await store.recordsBetween(flight.position, reader.position).catch(() => undefined)
    // A crowd may have waited for this flight.
    if (isSliceOver()) await nextSlice()
    return records !== undefined && !isReached(records, reader.plan.key, landing.entry.tags)
  }

  return { arrive: singleFlight.arrive, find: singleFlight.find, ask, start, refresh, isAnswer }
}

export type CollapsedFetches = ReturnType<typeof createCollapsedFetches>

/** Nobody will read this answer. */
export const discard = (landing: Fetched): void => {
  if (landing.kind === 'own') landing.answer.body.destroy()
}

const userIn = (filled: Filled): string | undefined => (filled.kind === 'entry' ? filled.user : undefined)

/**
 * Only what could be stored as the answer of a protected row: a maintenance page or a sign-on page is a 200, too. And no
 * 304, which some origins answer before they ask who is calling.
 */
const provesAccess = (filled: Filled): boolean => filled.kind === 'entry' && filled.confirmed === undefined
