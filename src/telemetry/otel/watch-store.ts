import { type Attributes, type Span, SpanKind, SpanStatusCode, type Tracer } from '@opentelemetry/api'
import { StoreUnavailableError } from '../../cache/errors.js'
import type { Store } from '../../cache/store.js'
import type { FollowedRequests } from './followed-request.js'

export interface WatchStoreOptions {
  readonly requests: FollowedRequests
  readonly tracer: Tracer
  /** What tells the store from others. None: it is embedded, and no client's. */
  readonly attributes: Attributes | undefined
}

type Operation = 'read' | 'sizes' | 'commit' | 'invalidate' | 'recordsBetween'

/** The command of Redis that each of them sends first. */
const COMMANDS: Readonly<Record<Operation, string>> = {
  read: 'MGET',
  sizes: 'EVALSHA',
  commit: 'EVALSHA',
  invalidate: 'EVALSHA',
  recordsBetween: 'EVALSHA'
}

/**
 * The store, with a child span for each operation that a request asks it for, where its trace is recorded. The span is what
 * that request waits: reads that share a command have one each. Never a key or a tag: they can tell who is calling.
 */
export const watchStore = <Watched extends Store>(store: Watched, options: WatchStoreOptions): Watched => {
  const { requests, tracer, attributes } = options

  const watched = <Result>(
    operation: Operation,
    run: () => Promise<Result>,
    tell: (span: Span, result: Result) => void
  ): Promise<Result> => {
    const { current } = requests
    if (current?.isSampled !== true) return run()
    const command = COMMANDS[operation]
    const span = tracer.startSpan(
      attributes === undefined ? operation : command,
      {
        kind: attributes === undefined ? SpanKind.INTERNAL : SpanKind.CLIENT,
        attributes: {
          'cache.operation': operation,
          ...(attributes && { ...attributes, 'db.operation.name': command })
        }
      },
      current.context
    )
    return finish(span, run(), tell)
  }

  return {
    ...store,
    read: (storeKeys) =>
      watched(
        'read',
        () => store.read(storeKeys),
        (span, { entries }) =>
          span.setAttribute('cache.found', entries.filter((entry) => entry !== undefined).length)
      ),
    sizes: (storeKeys) => watched('sizes', () => store.sizes(storeKeys), tellNothing),
    commit: (commit) =>
      watched(
        'commit',
        () => store.commit(commit),
        (span, outcomes) => {
          const refused = outcomes.filter((outcome) => outcome === 'refused').length
          if (refused > 0) span.addEvent('cache.fill_refused', { 'cache.refused': refused })
        }
      ),
    invalidate: (invalidation, choice) =>
      watched(
        'invalidate',
        () => store.invalidate(invalidation, choice),
        (span, { outcome }) => span.setAttribute('cache.invalidation.outcome', outcome)
      ),
    recordsBetween: (after, upTo) =>
      watched('recordsBetween', () => store.recordsBetween(after, upTo), tellNothing)
  }
}

const tellNothing = (): void => undefined

const finish = async <Result>(
  span: Span,
  work: Promise<Result>,
  tell: (span: Span, result: Result) => void
): Promise<Result> => {
  try {
    const result = await work
    tell(span, result)
    return result
  } catch (error) {
    span.setAttribute('error.type', error instanceof StoreUnavailableError ? error.kind : 'other')
    span.setStatus({ code: SpanStatusCode.ERROR })
    throw error
  } finally {
    span.end()
  }
}
