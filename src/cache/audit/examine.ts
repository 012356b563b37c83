import { setTimeout as delay } from 'node:timers/promises'
import { NEVER } from '../../concurrency/cancellation.js'
import { parseJson } from '../../http/body.js'
import type { Entry } from '../entry.js'
import { isReached } from '../invalidate/matcher.js'
import { discard } from '../read/collapsed-fetch.js'
import type { Lookup } from '../read/lookup.js'
import { type Fetched, fetchOrigin, type OriginFetchContext } from '../read/origin-fetch.js'
import type { Store } from '../store.js'
import { differingFields } from './differing-fields.js'

export interface ExamineContext extends OriginFetchContext {
  readonly store: Store
  /** Within which the invalidation of a write that the origin already shows is on its way. */
  readonly graceMs: number
}

export type Examined =
  | { readonly outcome: 'same' | 'in-flight' | 'inconclusive' }
  /** `volatile`: two answers of the origin, one after the other, differ in these fields. */
  | { readonly outcome: 'stale' | 'volatile'; readonly fields: readonly string[] }

/** What the origin says now, as far as it can be compared. */
interface Seen {
  readonly status: number
  readonly body: Buffer
}

/**
 * Whether an answer that was given from an entry was an old one (after Meta's Polaris):
 *
 *     origin says the same                                    → same
 *     else, after a while: an invalidation has reached it     → in-flight: the write was being announced
 *     else the origin is asked once more, and differs from
 *          itself in the same fields                          → volatile
 *          from the entry                                     → stale: nobody has announced the write
 *
 * `first` is what the origin has already been asked.
 */
export const examine = async (
  context: ExamineContext,
  lookup: Lookup & { readonly entry: Entry },
  first?: Fetched
): Promise<Examined> => {
  const { entry } = lookup
  const ignored = lookup.cacheable.resource.auditIgnores
  const seen = first === undefined ? await ask(context, lookup) : seenIn(first)
  if (seen === undefined) return INCONCLUSIVE
  if (differences(entry, seen, ignored).length === 0) return { outcome: 'same' }
  await delay(context.graceMs, undefined, { ref: false })
  const isAnnounced = await wasInvalidated(context, lookup)
  if (isAnnounced !== false) return { outcome: isAnnounced === undefined ? 'inconclusive' : 'in-flight' }
  const again = await ask(context, lookup)
  if (again === undefined) return INCONCLUSIVE
  const restless = differences(seen, again, ignored)
  const fields = differences(entry, again, ignored).filter((field) => !restless.includes(field))
  if (fields.length > 0) return { outcome: 'stale', fields }
  return restless.length > 0 ? { outcome: 'volatile', fields: restless } : INCONCLUSIVE
}

const INCONCLUSIVE: Examined = { outcome: 'inconclusive' }

/** With the caller's own request; `undefined` where its answer cannot be compared. */
const ask = async (context: ExamineContext, lookup: Lookup): Promise<Seen | undefined> => {
  const unconditional: Lookup = { ...lookup, entry: undefined }
  try {
    const fetched = await fetchOrigin(context, unconditional, { user: lookup.proof?.user, cancel: NEVER })
    discard(fetched)
    return seenIn(fetched)
  } catch {
    return undefined
  }
}

/** Access that was taken away, and what is there no longer, is a difference; an error of the origin is none. */
const seenIn = (fetched: Fetched): Seen | undefined => {
  if (fetched.kind === 'entry') return fetched.entry
  const { status } = fetched.answer
  return DENIALS.has(status) ? { status, body: Buffer.alloc(0) } : undefined
}

const DENIALS = new Set([401, 403, 404, 410])

const differences = (
  one: Seen,
  other: Seen,
  ignored: Parameters<typeof differingFields>[2]
): readonly string[] => {
  if (one.status !== other.status) return ['(status)']
  if (one.body.equals(other.body)) return []
  const [oneJson, otherJson] = [parseJson(one.body), parseJson(other.body)]
  return oneJson === undefined || otherJson === undefined
    ? ['(whole)']
    : differingFields(oneJson, otherJson, ignored)
}

/** Since the entry was read; `undefined` when the store cannot say. */
const wasInvalidated = async (
  { store }: ExamineContext,
  { cacheable, position, entry }: Lookup & { readonly entry: Entry }
): Promise<boolean | undefined> => {
  if (position === undefined) return undefined
  try {
    const { position: now } = await store.read([cacheable.key])
    const records = await store.recordsBetween(position, now)
    return records && isReached(records, cacheable.key, entry.tags)
  } catch {
    return undefined
  }
}
