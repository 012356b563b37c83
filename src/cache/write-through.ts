import { unescape } from 'node:querystring'
import type { Readable } from 'node:stream'
import { type Answer, failure, relayed } from './answer.js'
import { bodyAgain, collect, copyBody, parseJson } from './body.js'
import { METHOD, pendingStatus } from './cache-status.js'
import { OriginError } from './errors.js'
import { type Invalidation, invalidationOf } from './invalidation.js'
import type { Denied, Invalidate } from './invalidator.js'
import { isDenial } from './landing.js'
import { STAYING } from './leaving.js'
import type { Observer } from './observer.js'
import type { Origin, OriginAnswer } from './origin.js'
import { type ReadFields, valueOf } from './request-fields.js'
import type { ResourceTable, Template, TemplateValues, WriteMatch } from './resource.js'
import type { Invalidated } from './store.js'

export interface WriteThroughOptions {
  readonly table: ResourceTable
  readonly readFields: ReadFields
  readonly origin: Origin
  readonly invalidate: Invalidate
  readonly observer: Observer
  readonly denied: Denied
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

/** Bodies beyond this are not looked into; the write's family is invalidated instead. */
const INSPECTED_BYTES = 1024 * 1024
/** RFC 9110 §9.2.1: methods that change nothing. */
const SAFE_METHODS = new Set(['OPTIONS', 'TRACE', 'GET', 'HEAD'])

/**
 * A write is passed on, and what it makes untrue is invalidated before its answer is: an answer that is late because
 * the store is does no harm, a stale read after it does. Every outcome but a 4xx counts, and so does none at all: the
 * origin may have done it. It goes on when its caller leaves.
 */
export const createWriteThrough = ({ table, origin, observer, ...options }: WriteThroughOptions) => {
  const invalidateBy = async (match: WriteMatch, values: TemplateValues): Promise<string> => {
    const named = namedBy(match, values)
    if (!named.all && named.tags.length === 0) return METHOD
    return statusAfter((await options.invalidate(named, 'proxy')).outcome)
  }

  return async (request: WriteRequest): Promise<Answer> => {
    const startedAt = performance.now()
    const fields = options.readFields(request.headers)
    const answer = await write(request, fields.identity)
    const durationMs = performance.now() - startedAt
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
        readers: STAYING
      })
      const isTurnedAway = isDenial(answer) && identity !== undefined
      const outcome = isTurnedAway ? await options.denied(identity) : 'done'
      if (match === undefined || isRefused(answer)) return relayed(answer, 'write', statusAfter(outcome))
      const inspected = match.needsAnswerBody ? await inspect(answer) : { answer, json: undefined }
      return relayed(inspected.answer, 'write', await invalidateBy(match, values(inspected.json)))
    } catch (error) {
      if (!(error instanceof OriginError)) throw error
      return failure(error, match === undefined ? METHOD : await invalidateBy(match, values()))
    }
  }
}

const statusAfter = (outcome: Invalidated['outcome']): string =>
  outcome === 'pending' ? pendingStatus(METHOD) : METHOD

const isJson = (contentType = ''): boolean => /^\s*application\/json\s*(;|$)/i.test(contentType)

const isRefused = ({ status }: OriginAnswer): boolean => status >= 400 && status < 500

/** As the origin decodes it: once, and without minding bytes that are no UTF-8. */
const decodedPath = (target: string): string => unescape(target.split('?', 1)[0] ?? target)

/** The answer's JSON, and the answer with its body whole again. Rejects when the body breaks off. */
const inspect = async (answer: OriginAnswer): Promise<{ answer: OriginAnswer; json: unknown }> => {
  const collected = await collect(answer.body, INSPECTED_BYTES)
  const json = collected.kind === 'whole' ? parseJson(collected.bytes) : undefined
  return { answer: { ...answer, body: bodyAgain(collected) }, json }
}

const namedBy = (match: WriteMatch, values: TemplateValues): Invalidation => {
  const fill = (template: Template) =>
    namesCaller(template) && values.user === undefined ? undefined : template.fill(values)
  const filled = match.hasRow ? match.tags.map(fill) : [undefined]
  const known = filled.flatMap((tags) => tags ?? [])
  if (!filled.includes(undefined)) return invalidationOf({ tags: [...new Set(known)] })
  if (match.fallback === 'everything') return invalidationOf({ all: true })
  return invalidationOf({ tags: [...new Set([...known, ...match.fallback])] })
}

/** An entry of an unknown caller carries a tag of its own; a write by one cannot be narrowed to a caller. */
const namesCaller = ({ source }: Template): boolean => source.includes('{user}')
