import { valueOf } from '../../http/fields.js'
import { unescape } from 'node:querystring'
import type { Readable } from 'node:stream'
import type { InvalidateSessionChanges } from '../identity/session-changes.js'
import { type Answer, failure, relayed } from '../answer.js'
import { bodyAgain, collect, copyBody, parseJson } from '../../http/body.js'
import { METHOD, pendingStatus } from '../../http/cache-status.js'
import { brokenOff, OriginError } from '../errors.js'
import { type Invalidation, invalidationOf } from '../invalidate/invalidation.js'
import { createFolding } from '../../concurrency/folding.js'
import type { Invalidate } from '../invalidate/invalidate.js'
import { NEVER } from '../../concurrency/cancellation.js'
import type { Observer } from '../observer.js'
import type { Origin, OriginAnswer } from '../origin.js'
import { type ReadFields } from '../read/request-fields.js'
import type { ResourceTable, Template, TemplateValues, WriteMatch } from '../resource.js'
import type { Invalidated } from '../store.js'
import { isUntried } from './untried.js'

export interface WriteThroughOptions {
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

/** Bodies beyond this are not looked into; the write's tag group is invalidated instead. */
const INSPECTED_BYTES = 1024 * 1024
/** RFC 9110 §9.2.1: methods that change nothing. */
const SAFE_METHODS = new Set(['OPTIONS', 'TRACE', 'GET', 'HEAD'])

/**
 * A write is passed on, and what it makes untrue is invalidated before its answer is: an answer that is late because
 * the store is does no harm, a stale read after it does. Every outcome counts, and so does none at all, but for an answer
 * that says that nothing was tried. It goes on when its caller leaves.
 */
export const createWriteThrough = ({ table, origin, observer, ...options }: WriteThroughOptions) => {
  const invalidate = async (named: Invalidation): Promise<Outcome> =>
    (await options.invalidate(named, 'proxy')).outcome
  const invalidateWidely = createFolding({
    intervalMs: WIDE_MS,
    run: invalidate,
    merge: union,
    folded: (_, count) => observer.invalidationsFolded({ cause: 'wide', count })
  })

  const invalidateBy = ({ named, isWide }: Named, identity: string | undefined): Promise<Outcome> => {
    if (!named.all && named.tags.length === 0) return Promise.resolve('done')
    return isWide ? invalidateWidely(identity ?? '', named) : invalidate(named)
  }

  return async (request: WriteRequest): Promise<Answer> => {
    const startedAt = options.elapsed()
    const fields = options.readFields(request.headers)
    const answer = await write(request, fields.identity)
    const durationMs = options.elapsed() - startedAt
    const { outcome, status } = answer
    observer.answered({ resource: 'none', key: undefined, outcome, status, durationMs, ...fields.trace })
    return answer
  }

  async function write(request: WriteRequest, identity: string | undefined): Promise<Answer> {
    const { method, target, headers, onInterim } = request
    const match = SAFE_METHODS.has(method) ? undefined : table.matchWrite(method, decodedPath(target))
    // Only what the origin reads as JSON, too, tells what the write names.
    const isInspected = match?.needsRequestBody === true && isJson(valueOf(headers, 'content-type'))
    const copy = isInspected ? copyBody(request.body, INSPECTED_BYTES) : undefined
    const isUserNeeded = identity !== undefined && match?.tags.some(namesCaller) === true
    const user = isUserNeeded ? await options.userOf(identity) : undefined
    const values = (answer?: unknown): TemplateValues => ({
      parameters: match?.parameters ?? {},
      identity,
      user,
      request: copy === undefined ? undefined : parseJson(copy.body()),
      answer
    })
    try {
      const body = copy?.stream ?? request.body
      const answer = await origin.fetch({
        resource: 'none',
        method,
        target,
        headers,
        body,
        onInterim,
        cancel: NEVER
      })
      const effects = (await options.invalidateSessionChanges(answer, identity)) ?? 'done'
      if (match === undefined || isUntried(answer, target))
        return relayed(answer, 'write', statusAfter(effects))
      const inspected = match.needsAnswerBody ? await inspect(answer) : { answer, json: undefined }
      const mayWiden = identity !== undefined && !isSentToLogIn(answer, table)
      const outcome = await invalidateBy(namedBy(match, values(inspected.json), mayWiden), identity)
      return relayed(inspected.answer, 'write', statusAfter(effects, outcome))
    } catch (error) {
      if (!(error instanceof OriginError)) throw error
      if (match === undefined) return failure(error, METHOD)
      const outcome = await invalidateBy(namedBy(match, values(), identity !== undefined), identity)
      return failure(error, statusAfter(outcome))
    }
  }
}

type Outcome = Invalidated['outcome']

/** One caller who invalidates everything or whole tag groups does so once in this time; the answers of others wait for it. */
const WIDE_MS = 1000

const isSentToLogIn = ({ status, headers }: OriginAnswer, table: ResourceTable): boolean =>
  status >= 300 && status < 400 && table.isLogIn(valueOf(headers, 'location') ?? '')

const statusAfter = (...outcomes: readonly Outcome[]): string =>
  outcomes.includes('pending') ? pendingStatus(METHOD) : METHOD

const union = (all: readonly Invalidation[]): Invalidation =>
  invalidationOf({ all: all.some((each) => each.all), tags: [...new Set(all.flatMap(({ tags }) => tags))] })

const isJson = (contentType = ''): boolean => /^\s*application\/json\s*(;|$)/i.test(contentType)

/** As the origin decodes it: once, and without minding bytes that are no UTF-8. */
const decodedPath = (target: string): string => unescape(target.split('?', 1)[0] ?? target)

/** The answer's JSON, and the answer with its body whole again. Rejects when the body breaks off. */
const inspect = async (answer: OriginAnswer): Promise<{ answer: OriginAnswer; json: unknown }> => {
  const collected = await collect(answer.body, INSPECTED_BYTES).catch(brokenOff)
  const json = collected.kind === 'whole' ? parseJson(collected.bytes) : undefined
  return { answer: { ...answer, body: bodyAgain(collected) }, json }
}

interface Named {
  readonly named: Invalidation
  /** Everything, or whole tag groups. */
  readonly isWide: boolean
}

/**
 * What a write invalidates: the tags of its row, and in place of those that cannot be expanded, or without a row, the
 * tag group or everything. Not for somebody whom the origin does not know: anybody could empty the cache.
 */
const namedBy = (match: WriteMatch, values: TemplateValues, mayWiden: boolean): Named => {
  const expand = (template: Template) =>
    namesCaller(template) && values.user === undefined ? undefined : template.expand(values)
  const expanded = match.hasRow ? match.tags.map(expand) : [undefined]
  const known = expanded.flatMap((tags) => tags ?? [])
  const narrow = { named: invalidationOf({ tags: [...new Set(known)] }), isWide: false }
  if (!expanded.includes(undefined) || !mayWiden || match.whenUnlisted.length === 0) return narrow
  if (match.whenUnlisted === 'everything') return { named: invalidationOf({ all: true }), isWide: true }
  return { named: invalidationOf({ tags: [...new Set([...known, ...match.whenUnlisted])] }), isWide: true }
}

/** An entry of an unknown caller carries a tag of its own; a write by one cannot be narrowed to a caller. */
const namesCaller = ({ source }: Template): boolean => source.includes('{user}')
