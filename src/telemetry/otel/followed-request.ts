import { AsyncLocalStorage } from 'node:async_hooks'
import { type Context, type Span, trace, TraceFlags } from '@opentelemetry/api'

/** One request that is being answered, as those who watch it find it: by the call that they are in. */
export class FollowedRequest {
  /** What names it without its numbers; `undefined` until somebody knows it. */
  route: string | undefined
  /** `undefined` where no traces are sent. */
  readonly span: Span | undefined
  /** Whether its trace is recorded; also when its own span has ended, as it has for what goes on in the background. */
  readonly isSampled: boolean
  readonly #parent: Context

  constructor(parent: Context, span: Span | undefined) {
    this.#parent = parent
    this.span = span
    this.isSampled = span !== undefined && (span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0
  }

  /** In which its children begin. */
  get context(): Context {
    return this.span === undefined ? this.#parent : trace.setSpan(this.#parent, this.span)
  }
}

/**
 * Which request a call belongs to, across everything that it awaits. Made only where telemetry is on: Node 22 keeps it by a
 * hook at each promise, Node 24 with the promise itself.
 */
export class FollowedRequests {
  readonly #storage = new AsyncLocalStorage<FollowedRequest>()

  get current(): FollowedRequest | undefined {
    return this.#storage.getStore()
  }

  run(request: FollowedRequest, work: () => void): void {
    this.#storage.run(request, work)
  }

  /** For what is nobody's, although somebody's call may have begun it. */
  leave(work: () => void): void {
    this.#storage.exit(work)
  }

  /** What a line of the log says of its request, by the names of OpenTelemetry for logs that are not sent by OTLP. */
  logFields(): object {
    const context = this.current?.span?.spanContext()
    if (context === undefined) return {}
    const { traceId, spanId, traceFlags } = context
    return { trace_id: traceId, span_id: spanId, trace_flags: traceFlags.toString(16).padStart(2, '0') }
  }
}
