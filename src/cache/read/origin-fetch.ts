import type { CancelSignal } from '../../concurrency/cancellation.js'
import { bodyAgain, collect, parseJson } from '../../http/body.js'
import { valueOf, withoutFields } from '../../http/fields.js'
import { type Entry, ETAG_MAX_LENGTH } from '../entry.js'
import { brokenOff } from '../errors.js'
import { etagOf } from '../identity/digest.js'
import type { InvalidateSessionChanges } from '../identity/session-changes.js'
import type { UnstoredReason } from '../observer.js'
import type { Origin, OriginAnswer } from '../origin.js'
import { confirmedAnswer, isAbout, type Validation, validationOf } from './confirmation.js'
import { entryTags } from './entry-tags.js'
import { fetchHeaders } from './fetch-headers.js'
import { lifetimeOf } from './freshness.js'
import type { Lookup } from './lookup.js'
import { needsLeaveToShare, storabilityOf, type Unstorable, unstorable } from './storable.js'

/** What one origin request has brought. */
export type Fetched = FetchedEntry | OwnAnswer

/** An entry that everybody may have for whom its key was made. */
export interface FetchedEntry {
  readonly kind: 'entry'
  readonly entry: Entry
  /** The entity tag, the origin's or ours, of the stored entry that the origin has confirmed, when it answered 304. */
  readonly confirmed: string | undefined
  /** Why nobody may have it but the leader: the origin wants to be asked each time. It is stored to be confirmed. */
  readonly unconfirmed: UnstoredReason | undefined
  /** It came with an `Age`: it was not made for this request. */
  readonly isAged: boolean
  /** The caller's user number, where the answer tells it. */
  readonly user: string | undefined
  /** Why its commit has not stored it; `undefined` when it has, and before it. */
  readonly unstored: UnstoredReason | undefined
}

/** An answer for the one whose request it was. */
export interface OwnAnswer {
  readonly kind: 'own'
  readonly answer: OriginAnswer
  readonly unstored: UnstoredReason
  /** The next answer for this key will be no different. */
  readonly isLasting: boolean
  /**
   * Settles when what this answer has made untrue, as a 401 does, is invalidated, or pending. Only the leader waits for
   * it: every waiter makes a request of its own.
   */
  readonly effects?: ReturnType<InvalidateSessionChanges>
}

export interface OriginFetchContext {
  readonly origin: Origin
  readonly now: () => number
  readonly maxTtlMs: number
  readonly maxEntryBytes: number
}

export interface FetchOptions {
  /** The caller's number as far as it is known before the answer. */
  readonly user: string | undefined
  readonly cancel: CancelSignal
}

/**
 * Asks the origin for a whole, uncoded answer and makes an entry of it, if it can be one. Asks for a 304 only for a caller
 * who may be given the entry: a 304 does not say that this one may.
 */
export const fetchOrigin = async (
  context: OriginFetchContext,
  lookup: Lookup,
  options: FetchOptions
): Promise<Fetched> => {
  const stale = lookup.mayShare && lookup.entry?.etag !== undefined ? lookup.entry : undefined
  const validation = stale && validationOf(stale)
  const received = await ask(context, lookup, { ...options, validation })
  if (received.answer.status !== 304 || stale === undefined || validation === undefined)
    return makeEntry(context, lookup, received)
  if (!isAbout(received.answer, validation)) {
    received.answer.body.resume()
    return makeEntry(context, lookup, await ask(context, lookup, options))
  }
  const answer = confirmedAnswer(stale, received.answer)
  const made = await makeEntry(context, lookup, { ...received, answer })
  return made.kind === 'entry' ? { ...made, confirmed: stale.etag } : made
}

const ask = async (
  { origin, now }: OriginFetchContext,
  { request, cacheable }: Lookup,
  { user, cancel, validation }: FetchOptions & { readonly validation?: Validation | undefined }
): Promise<Received> => {
  const requestedAt = now()
  const answer = await origin.fetch({
    resource: cacheable.resource.name,
    method: 'GET',
    target: request.target,
    headers: fetchHeaders(request.headers, cacheable, validation),
    body: undefined,
    cancel,
    onInterim: request.onInterim
  })
  return { answer, requestedAt, user }
}

interface Received {
  readonly answer: OriginAnswer
  readonly requestedAt: number
  readonly user: string | undefined
}

const makeEntry = async (
  { origin, maxTtlMs, maxEntryBytes }: OriginFetchContext,
  lookup: Lookup,
  { answer, requestedAt, user }: Received
): Promise<Fetched> => {
  const { resource, parameters } = lookup.cacheable
  const ownAnswer = ({ reason, isLasting }: Unstorable, body = answer.body): OwnAnswer => ({
    kind: 'own',
    answer: { ...answer, body },
    unstored: reason,
    isLasting
  })
  const storability = storabilityOf(answer, lookup.cacheable)
  if (storability.kind === 'unstorable') return ownAnswer(storability)
  if (lacksCorsHeader(lookup.request.headers, answer.headers)) return ownAnswer(unstorable('cors'))
  const { status } = answer
  const directives = origin.directivesOf(answer.headers)
  if (!directives.sharesAuthorized && needsLeaveToShare(lookup.request.headers, resource))
    return ownAnswer(unstorable('authorization', false))
  const sent = valueOf(answer.headers, 'etag')
  const isConfirmable = validationOf({ etag: sent, headers: answer.headers }) !== undefined
  const lifetime = lifetimeOf(directives, resource, { status, isConfirmable, requestedAt, maxTtlMs })
  if (lifetime.kind === 'unstorable') return ownAnswer(lifetime)
  const { freshness, unconfirmed } = lifetime
  // RFC 5861 §4: the entry that is here is better than an error.
  if (status >= 500 && (lookup.entry?.staleIfErrorUntil ?? 0) > requestedAt)
    return ownAnswer(unstorable('status', false))
  if (lengthOf(answer.headers) > maxEntryBytes) return ownAnswer(unstorable('too-large'))
  const collected = await collect(answer.body, maxEntryBytes).catch(brokenOff)
  if (collected.kind === 'stream') return ownAnswer(unstorable('too-large'), collected.body)
  const json = parseJson(collected.bytes)
  if (json === undefined && resource.isJson) return ownAnswer(unstorable('malformed'), bodyAgain(collected))
  const tags = entryTags(lookup, { user, answer: json })
  if (tags === undefined) return ownAnswer(unstorable('tags'), bodyAgain(collected))
  const etag = sent ?? etagOf(collected.bytes)
  const headers = withoutFields(answer.headers, (name) => RECOMPUTED_FIELDS.has(name.toLowerCase()))
  if (sent === undefined) headers.push('ETag', etag)
  const entry: Entry = {
    status,
    headers,
    body: collected.bytes,
    ...freshness,
    etag: etag.length <= ETAG_MAX_LENGTH ? etag : undefined,
    tags
  }
  const told = resource.userNumber?.expand({ parameters, answer: json })?.[0]
  const isAged = valueOf(answer.headers, 'age') !== undefined
  return { kind: 'entry', entry, confirmed: undefined, unconfirmed, isAged, user: told, unstored: undefined }
}

/** Bytes of the body as the head tells them; 0 where it does not. */
const lengthOf = (headers: readonly string[]): number => Number(valueOf(headers, 'content-length') ?? 0)

/**
 * A page of another site asked, and the answer has no `Access-Control-Allow-Origin`. `Origin` belongs to the key, so that
 * storing such answers would let anybody fill the store with keys.
 */
const lacksCorsHeader = (asked: readonly string[], answered: readonly string[]): boolean =>
  valueOf(asked, 'origin') !== undefined && valueOf(answered, 'access-control-allow-origin') === undefined

/** Each answer from the cache has its own. */
const RECOMPUTED_FIELDS = new Set(['age', 'content-length'])
