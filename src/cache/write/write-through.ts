import { unescape } from 'node:querystring'
import type { Readable } from 'node:stream'
import { NEVER } from '../../concurrency/cancellation.js'
import { createFolding } from '../../concurrency/folding.js'
import { bodyAgain, collect, copyBody, parseJson } from '../../http/body.js'
import { withoutCodedTags } from '../../http/coded-tags.js'
import { METHOD, pendingStatus } from '../../http/cache-status.js'
import { valueOf } from '../../http/fields.js'
import { type Answer, failure, relayed } from '../answer.js'
import { brokenOff, OriginError } from '../errors.js'
import type { InvalidateSessionChanges } from '../identity/session-changes.js'
import type { Invalidate } from '../invalidate/invalidate.js'
import type { Invalidation } from '../invalidation.js'
import type { Observer } from '../observer.js'
import type { Origin, OriginAnswer } from '../origin.js'
import type { ReadFields } from '../read/request-fields.js'
import type { ResourceTable, TemplateValues, WriteMatch } from '../resource.js'
import type { InvalidateOutcome } from '../store.js'
import { type WriteEffect, effectOf, namesCaller, union } from './write-effect.js'
import { isUntried } from './untried.js'

export interface WriteThroughContext {
  readonly table: ResourceTable
  readonly readFields: ReadFields
  readonly origin: Origin
  readonly invalidate: Invalidate
  readonly observer: Observer
  /** Milliseconds, for durations. */
  readonly elapsed: () => number
  readonly invalidateSessionChanges: InvalidateSessionChanges
  /** The user number of a caller who has a proof. */
  readonly userOf: (identity: string) => Promise<string | undefined>
}

export interface WriteRequest {
  readonly method: string
  readonly target: string
  readonly headers: readonly string[]
  readonly body: Readable | undefined
  readonly onInterim?: ((status: number, headers: readonly string[]) => void) | undefined
}

/** Carries out what one caller's write makes untrue. */
type InvalidateEffect = (effect: WriteEffect, identity: string | undefined) => Promise<InvalidateOutcome>

/** Bodies beyond this are not looked into; the tag groups of the path are invalidated instead. */
const INSPECTED_BYTES = 1024 * 1024
/** RFC 9110 §9.2.1: methods that change nothing. */
const SAFE_METHODS = new Set(['OPTIONS', 'TRACE', 'GET', 'HEAD'])
/** One caller invalidates everything or whole tag groups once in this time; further ones are merged, and their answers wait. */
const WIDE_MS = 1000

/**
 * A write is passed on, and its answer waits for the invalidation of what it makes untrue: a late answer is harmless, a
 * stale read after it is not. It is invalidated after every answer, an error or a lost one too, except those that say that
 * the origin has tried nothing. A write goes on when its caller goes away.
 */
export const createWriteThrough = (
  context: WriteThroughContext
): ((request: WriteRequest) => Promise<Answer>) => {
  const { elapsed, readFields, observer } = context
  const invalidateEffect = createInvalidateEffect(context)
  return async (request) => {
    const startedAt = elapsed()
    const fields = readFields(request.headers)
    const match = matchOf(context.table, request)
    const answer = await writeThrough(context, request, {
      match,
      identity: fields.identity,
      invalidateEffect
    })
    const durationMs = elapsed() - startedAt
    const { outcome, status } = answer
    observer.answered({
      ...{ resource: 'none', route: match?.route, key: undefined, outcome, status, durationMs },
      ...fields.trace
    })
    return answer
  }
}

const createInvalidateEffect = ({ invalidate, observer }: WriteThroughContext): InvalidateEffect => {
  const run = async (invalidation: Invalidation): Promise<InvalidateOutcome> =>
    (await invalidate(invalidation, 'proxy')).outcome
  const runFolded = createFolding({
    intervalMs: WIDE_MS,
    run,
    merge: union,
    folded: (_, count) => observer.invalidationsFolded({ cause: 'wide', count })
  })
  return async ({ invalidation, isWide }, identity) => {
    if (!invalidation.all && invalidation.tags.length === 0) return 'done'
    return isWide ? runFolded(identity ?? '', invalidation) : run(invalidation)
  }
}

const matchOf = (table: ResourceTable, { method, target }: WriteRequest): WriteMatch | undefined =>
  SAFE_METHODS.has(method) ? undefined : table.matchWrite(method, decodedPath(target))

interface Writer {
  /** `undefined` for what changes nothing. */
  readonly match: WriteMatch | undefined
  readonly identity: string | undefined
  readonly invalidateEffect: InvalidateEffect
}

const writeThrough = async (
  { table, origin, userOf, invalidateSessionChanges }: WriteThroughContext,
  { method, target, headers, body, onInterim }: WriteRequest,
  { match, identity, invalidateEffect }: Writer
): Promise<Answer> => {
  const copy = isRequestInspected(match, headers) ? copyBody(body, INSPECTED_BYTES) : undefined
  const isUserNeeded = identity !== undefined && match?.tags.some(namesCaller) === true
  const user = isUserNeeded ? await userOf(identity) : undefined
  const values = (answer?: unknown): TemplateValues => ({
    parameters: match?.parameters ?? {},
    identity,
    user,
    request: copy === undefined ? undefined : parseJson(copy.body()),
    answer
  })
  const sent = { headers: withoutCodedTags(headers), body: copy?.stream ?? body }
  const asked = { resource: 'none', method, target, onInterim, ...sent }
  let effects: InvalidateOutcome = 'done'
  try {
    const answer = await origin.fetch({ ...asked, cancel: NEVER })
    effects = (await invalidateSessionChanges(answer, { identity, headers })) ?? 'done'
    if (match === undefined || isUntried(answer, target))
      return relayed(answer, 'write', statusAfter(effects))
    const inspected = match.needsAnswerBody ? await inspect(answer) : { answer, json: undefined }
    const mayWiden = identity !== undefined && !isSentToLogIn(answer, table)
    const outcome = await invalidateEffect(effectOf(match, values(inspected.json), mayWiden), identity)
    return relayed(inspected.answer, 'write', statusAfter(effects, outcome))
  } catch (error) {
    if (!(error instanceof OriginError)) throw error
    if (match === undefined) return failure(error, METHOD)
    const outcome = await invalidateEffect(effectOf(match, values(), identity !== undefined), identity)
    return failure(error, statusAfter(effects, outcome))
  }
}

/** A body of another media type is not looked into: the origin does not read it as JSON either. */
const isRequestInspected = (match: WriteMatch | undefined, headers: readonly string[]): boolean =>
  match?.needsRequestBody === true && isJson(valueOf(headers, 'content-type'))

const isJson = (contentType = ''): boolean => /^\s*application\/json\s*(;|$)/i.test(contentType)

const isSentToLogIn = ({ status, headers }: OriginAnswer, table: ResourceTable): boolean =>
  status >= 300 && status < 400 && table.isLogIn(valueOf(headers, 'location') ?? '')

const statusAfter = (...outcomes: readonly InvalidateOutcome[]): string =>
  outcomes.includes('pending') ? pendingStatus(METHOD) : METHOD

/** As the origin decodes it: once, and without minding bytes that are no UTF-8. */
const decodedPath = (target: string): string => unescape(target.split('?', 1)[0] ?? target)

/** The answer's JSON, and the answer with its body whole again. Rejects when the body breaks off. */
const inspect = async (answer: OriginAnswer): Promise<{ answer: OriginAnswer; json: unknown }> => {
  const collected = await collect(answer.body, INSPECTED_BYTES).catch(brokenOff)
  const json = collected.kind === 'whole' ? parseJson(collected.bytes) : undefined
  return { answer: { ...answer, body: bodyAgain(collected) }, json }
}
