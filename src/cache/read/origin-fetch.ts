import { Readable } from 'node:stream'
import type { CancelSignal } from '../../concurrency/cancellation.js'
import { bodyAgain, collect, parseJson } from '../../http/body.js'
import { fieldName, valueOf, withoutFields } from '../../http/fields.js'
import { type Entry, ETAG_MAX_LENGTH } from '../entry.js'
import { brokenOff } from '../errors.js'
import { etagOf, isOwnEtag } from '../identity/digest.js'
import type { InvalidateSessionChanges } from '../identity/session-changes.js'
import type { UnstoredReason } from '../observer.js'
import type { Origin, OriginAnswer } from '../origin.js'
import { entryTags } from './entry-tags.js'
import type { Lookup } from './lookup.js'
import { lifetimeOf, storabilityOf, type Unstorable, unstorable } from './storable.js'

/** What one origin request has brought. */
export type Fetched = FetchedEntry | OwnAnswer

/** An entry that everybody may have for whom its key was made. */
export interface FetchedEntry {
  readonly kind: 'entry'
  readonly entry: Entry
  /** The validator of the stored entry whose body the origin has confirmed, when it answered 304. */
  readonly confirmed: string | undefined
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
 * Asks the origin for a whole, uncoded JSON answer and makes an entry of it, if it can be one. Sends `If-None-Match`
 * only for a caller who may be given the entry: a 304 does not say that this one may.
 */
export const fetchOrigin = async (
  context: OriginFetchContext,
  lookup: Lookup,
  { user, cancel }: FetchOptions
): Promise<Fetched> => {
  const { request, cacheable } = lookup
  const stale = lookup.mayShare ? lookup.entry : undefined
  const validator = stale?.etag === undefined || isOwnEtag(stale.etag) ? undefined : stale.etag
  const requestedAt = context.now()
  const received = await context.origin.fetch({
    resource: cacheable.resource.name,
    method: 'GET',
    target: request.target,
    headers: fetchHeaders(request.headers, { validator, language: cacheable.language }),
    body: undefined,
    cancel
  })
  const isConfirmed = received.status === 304 && stale !== undefined && validator !== undefined
  const answer = isConfirmed ? confirmedAnswer(stale, received) : received
  const made = await makeEntry(context, lookup, { answer, requestedAt, user })
  return made.kind === 'entry' && isConfirmed ? { ...made, confirmed: validator } : made
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
  const lifetime = lifetimeOf(origin.directivesOf(answer.headers), resource, { requestedAt, maxTtlMs })
  if (lifetime.kind === 'unstorable') return ownAnswer(lifetime)
  if (lengthOf(answer.headers) > maxEntryBytes) return ownAnswer(unstorable('too-large'))
  const collected = await collect(answer.body, maxEntryBytes).catch(brokenOff)
  if (collected.kind === 'stream') return ownAnswer(unstorable('too-large'), collected.body)
  const json = parseJson(collected.bytes)
  if (json === undefined) return ownAnswer(unstorable('malformed'), bodyAgain(collected))
  const tags = entryTags(lookup, { user, answer: json })
  if (tags === undefined) return ownAnswer(unstorable('tags'), bodyAgain(collected))
  const sent = valueOf(answer.headers, 'etag')
  const etag = sent ?? etagOf(collected.bytes)
  const headers = withoutFields(answer.headers, (name) => RECOMPUTED_FIELDS.has(name.toLowerCase()))
  if (sent === undefined) headers.push('ETag', etag)
  const entry: Entry = {
    status: 200,
    headers,
    body: collected.bytes,
    ...lifetime.freshness,
    etag: etag.length <= ETAG_MAX_LENGTH ? etag : undefined,
    tags
  }
  const told = resource.userNumber?.expand({ parameters, answer: json })?.[0]
  return { kind: 'entry', entry, confirmed: undefined, user: told, unstored: undefined }
}

/** Bytes of the body as the head tells them; 0 where it does not. */
const lengthOf = (headers: readonly string[]): number => Number(valueOf(headers, 'content-length') ?? 0)

/**
 * A page of another site asked, and the answer has no `Access-Control-Allow-Origin`. `Origin` belongs to the key, so that
 * storing such answers would let anybody fill the store with keys.
 */
const lacksCorsHeader = (asked: readonly string[], answered: readonly string[]): boolean =>
  valueOf(asked, 'origin') !== undefined && valueOf(answered, 'access-control-allow-origin') === undefined

/**
 * The whole answer that a 304 stands for: the caller may not have asked for a 304. RFC 9111 §3.2: what it says
 * replaces what was stored under the same names, but for what describes the body, which it does not have.
 */
const confirmedAnswer = (stale: Entry, notModified: OriginAnswer): OriginAnswer => {
  notModified.body.resume()
  const update = withoutFields(notModified.headers, describesBody)
  const updated = new Set(update.map((name) => name.toLowerCase()).filter((_, at) => at % 2 === 0))
  const stored = withoutFields(stale.headers, (name) => updated.has(name.toLowerCase()))
  const body = Readable.from([stale.body])
  return { ...notModified, status: 200, statusText: 'OK', headers: [...stored, ...update], body }
}

const describesBody = (name: string): boolean => {
  const lower = name.toLowerCase()
  return lower.startsWith('content-') && lower !== 'content-location'
}

/** The answer is for every caller of the key: nothing of one caller's conditions or codings goes with it. */
const fetchHeaders = (
  headers: readonly string[],
  { validator, language }: { readonly validator: string | undefined; readonly language: string | undefined }
): readonly string[] => [
  ...withoutFields(headers, (name) => isReplaced(fieldName(name), language)),
  ...['Accept', 'application/json', 'Accept-Encoding', 'identity'],
  ...(language === undefined ? [] : ['Accept-Language', language]),
  ...(validator === undefined ? [] : ['If-None-Match', validator])
]

const isReplaced = (name: string, language: string | undefined): boolean =>
  OF_ONE_CALLER.has(name) || (name === 'accept-language' && language !== undefined)

const OF_ONE_CALLER = new Set([
  'accept',
  'accept-encoding',
  'if-match',
  'if-none-match',
  'if-modified-since',
  'if-unmodified-since',
  'if-range',
  'range'
])

/** Each answer from the cache has its own. */
const RECOMPUTED_FIELDS = new Set(['age', 'content-length'])
