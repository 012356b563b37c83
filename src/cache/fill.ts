import { Readable } from 'node:stream'
import { collect, parseJson } from './body.js'
import { type Entry, ETAG_MAX_LENGTH } from './entry.js'
import { type Freshness, lifetimeOf } from './freshness.js'
import type { Origin, OriginAnswer } from './origin.js'
import { fillAll, type Parameters, type Resource } from './resource.js'
import { valueOf } from './request-fields.js'
import { storabilityOf } from './storable.js'

/** What becomes of one origin request for a key. */
export type Filled =
  /** An entry that everybody may have for whom the key was made, and the caller's number where it is told. */
  | {
      readonly kind: 'entry'
      readonly entry: Entry
      readonly user: string | undefined
      /** The origin has confirmed the body of the entry that is there: only over that one it is stored. */
      readonly isRefresh: boolean
    }
  /** An answer for the one whose request it was. */
  | { readonly kind: 'own'; readonly answer: OriginAnswer; readonly isByNature: boolean }

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
  readonly signal: AbortSignal
}

/** Asks the origin for a whole, uncoded JSON answer and makes an entry of it, if it can be one. */
export const fill = async (context: FillContext, request: FillRequest): Promise<Filled> => {
  const { origin, now } = context
  const { resource, stale } = request
  const requestedAt = now()
  const answer = await origin.fetch({
    resource: resource.name,
    method: 'GET',
    target: request.target,
    headers: fillHeaders(request.headers, stale?.etag),
    body: undefined,
    signal: request.signal
  })
  const own = (body: OriginAnswer['body'], isByNature: boolean): Filled => ({
    kind: 'own',
    answer: { ...answer, body },
    isByNature
  })
  const isRefresh = answer.status === 304 && stale?.etag !== undefined
  const head = isRefresh ? { status: 200, headers: refreshed(stale.headers, answer.headers) } : answer
  const storability = storabilityOf(head, resource)
  if (storability.kind === 'unstorable') return own(answer.body, storability.isByNature)
  // An answer is as old as its request: the origin may have read its data at once and answered late.
  const limits = { receivedAt: requestedAt, maxTtlMs: context.maxTtlMs }
  const lifetime = lifetimeOf(origin.directivesOf(head.headers), resource, limits)
  if (lifetime.kind === 'unstorable') return own(answer.body, true)
  const collected = await collect(answer.body, context.maxEntryBytes)
  if (collected.kind === 'stream') return own(collected.body, true)
  const body = isRefresh ? stale.body : collected.bytes
  const filled = filledOf(request, head.headers, body, lifetime.freshness, isRefresh)
  return filled ?? own(Readable.from([body]), true)
}

/** RFC 9111 §3.2: what a 304 says replaces what was stored under the same names. */
const refreshed = (stored: readonly string[], update: readonly string[]): readonly string[] => {
  const isPair = (_: string, at: number): boolean => at % 2 === 0
  const updated = new Set(update.filter(isPair).map((name) => name.toLowerCase()))
  return [...stored.filter((_, at) => !updated.has((stored[at - (at % 2)] ?? '').toLowerCase())), ...update]
}

/** `undefined` when the body is no JSON or does not show what the row's tags are made from. */
const filledOf = (
  { resource, parameters, identity, user, ownTags }: FillRequest,
  headers: readonly string[],
  body: Buffer,
  freshness: Freshness,
  isRefresh: boolean
): Filled | undefined => {
  const answer = parseJson(body)
  if (answer === undefined) return undefined
  const tags = fillAll(resource.tags, { parameters, identity, user, answer })
  if (tags === undefined) return undefined
  const etag = valueOf(headers, 'etag')
  return {
    kind: 'entry',
    entry: {
      status: 200,
      headers: withoutAge(headers),
      body,
      ...freshness,
      etag: etag !== undefined && etag.length <= ETAG_MAX_LENGTH ? etag : undefined,
      tags: [...new Set([...ownTags, ...tags])]
    },
    user: resource.caller?.fill({ parameters, answer })?.[0],
    isRefresh
  }
}

/** The answer is for every caller of the key: nothing of one caller's conditions or codings goes with it. */
const fillHeaders = (headers: readonly string[], etag: string | undefined): readonly string[] => {
  const kept: string[] = []
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] ?? ''
    if (!NOT_FOR_FILLS.has(name.toLowerCase())) kept.push(name, headers[at + 1] ?? '')
  }
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

/** `Age` is told anew with each answer from the cache. */
const withoutAge = (headers: readonly string[]): readonly string[] =>
  headers.filter((_, at) => (headers[at - (at % 2)] ?? '').toLowerCase() !== 'age')
