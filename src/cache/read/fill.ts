import { Readable } from 'node:stream'
import { bodyAgain, collect, parseJson } from '../../http/body.js'
import { type Entry, ETAG_MAX_LENGTH } from '../entry.js'
import { lifetimeOf } from './freshness.js'
import type { CancelSignal } from '../../concurrency/cancellation.js'
import type { Origin, OriginAnswer } from '../origin.js'
import { fillAll, type Parameters, type Resource } from '../resource.js'
import { fieldName, valueOf, withoutFields } from './request-fields.js'
import { storabilityOf } from './storable.js'

/** What becomes of one origin request for a key. */
export type Filled = {
  /** The validator of the stored entry whose body the origin has confirmed, when it answered 304. */
  readonly confirmed: string | undefined
} & (
  | {
      /** An entry that everybody may have for whom the key was made, and the caller's number where it is told. */
      readonly kind: 'entry'
      readonly entry: Entry
      readonly user: string | undefined
    }
  /** An answer for the one whose request it was. */
  | { readonly kind: 'own'; readonly answer: OriginAnswer; readonly isByNature: boolean }
)

export interface FillContext {
  readonly origin: Origin
  readonly now: () => number
  readonly maxTtlMs: number
  readonly maxEntryBytes: number
}

export interface FillRequest {
  readonly resource: Resource
  readonly parameters: Parameters
  readonly identity: string | undefined
  /** The caller's number as far as it is known before the answer. */
  readonly user: string | undefined
  readonly target: string
  readonly headers: readonly string[]
  /** Tags that the entry carries beside the row's. */
  readonly ownTags: readonly string[]
  /** The entry to be refreshed, if there is one. */
  readonly stale: Entry | undefined
  readonly readers: CancelSignal
}

/** Asks the origin for a whole, uncoded JSON answer and makes an entry of it, if it can be one. */
export const fill = async (context: FillContext, request: FillRequest): Promise<Filled> => {
  const { origin, now } = context
  const { resource, stale } = request
  const requestedAt = now()
  const received = await origin.fetch({
    resource: resource.name,
    method: 'GET',
    target: request.target,
    headers: fillHeaders(request.headers, stale?.etag),
    body: undefined,
    readers: request.readers
  })
  const isConfirmed = received.status === 304 && stale?.etag !== undefined
  const answer = isConfirmed ? confirmedAnswer(stale, received) : received
  const confirmed = isConfirmed ? stale.etag : undefined
  const own = (body: OriginAnswer['body'], isByNature: boolean): Filled => ({
    kind: 'own',
    answer: { ...answer, body },
    isByNature,
    confirmed
  })
  const storability = storabilityOf(answer, resource)
  if (storability.kind === 'unstorable') return own(answer.body, storability.isByNature)
  if (isForOneSite(request.headers, answer.headers)) return own(answer.body, true)
  // An answer is as old as its request: the origin may have read its data at once and answered late.
  const limits = { receivedAt: requestedAt, maxTtlMs: context.maxTtlMs }
  const lifetime = lifetimeOf(origin.directivesOf(answer.headers), resource, limits)
  if (lifetime.kind === 'unstorable') return own(answer.body, true)
  const collected = await collect(answer.body, context.maxEntryBytes)
  if (collected.kind === 'stream') return own(collected.body, true)
  const json = parseJson(collected.bytes)
  const tags = json === undefined ? undefined : tagsOf(request, json)
  if (tags === undefined) return own(bodyAgain(collected), true)
  const etag = valueOf(answer.headers, 'etag')
  const entry: Entry = {
    status: 200,
    headers: storedHeaders(answer.headers),
    body: collected.bytes,
    ...lifetime.freshness,
    etag: etag !== undefined && etag.length <= ETAG_MAX_LENGTH ? etag : undefined,
    tags
  }
  const user = resource.caller?.fill({ parameters: request.parameters, answer: json })?.[0]
  return { kind: 'entry', entry, user, confirmed }
}

/**
 * A page of another site asked, and the origin does not name that site. `Origin` belongs to the key, so that
 * storing such answers would let anybody fill the store with keys.
 */
const isForOneSite = (asked: readonly string[], answered: readonly string[]): boolean =>
  valueOf(asked, 'origin') !== undefined && valueOf(answered, 'access-control-allow-origin') === undefined

/** `undefined` when the answer does not show what the row's tags are made from. */
const tagsOf = (
  { resource, parameters, identity, user, ownTags }: FillRequest,
  answer: unknown
): readonly string[] | undefined => {
  const tags = fillAll(resource.tags, { parameters, identity, user, answer })
  return tags && [...ownTags.filter((tag) => !tags.includes(tag)), ...tags]
}

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
const fillHeaders = (headers: readonly string[], etag: string | undefined): readonly string[] => {
  const kept = withoutFields(headers, (name) => NOT_FOR_FILLS.has(fieldName(name)))
  kept.push('Accept', 'application/json', 'Accept-Encoding', 'identity')
  if (etag !== undefined) kept.push('If-None-Match', etag)
  return kept
}

const NOT_FOR_FILLS = new Set([
  'accept',
  'accept-encoding',
  'if-match',
  'if-none-match',
  'if-modified-since',
  'if-unmodified-since',
  'if-range',
  'range'
])

/** Told anew with each answer from the cache. */
const TOLD_ANEW = new Set(['age', 'content-length'])

const storedHeaders = (headers: readonly string[]): readonly string[] =>
  withoutFields(headers, (name) => TOLD_ANEW.has(name.toLowerCase()))
