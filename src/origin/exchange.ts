import { valuesOf } from '../http/fields.js'
import { Readable } from 'node:stream'
import { errors, type Dispatcher, type Pool } from 'undici'
import { CancelledError } from '../concurrency/cancellation.js'
import type { BrokenOff } from '../cache/observer.js'
import type { OriginAnswer, OriginRequest } from '../cache/origin.js'

export interface ExchangeRequest extends OriginRequest {
  readonly headers: string[]
  /** The name that a certificate must be for; undici would else take it from the caller's `Host`. */
  readonly servername: string
}

/**
 * Sends one request and resolves with its answer as soon as the head is there; rejects with undici's error, or
 * with `CancelledError`. Without undici's own `request`, which costs half as much again: it needs an `AbortSignal`,
 * and reads the headers twice. `ended` is called when nothing more will come of an answer, with what is known of one
 * that the origin broke off.
 */
export const exchange = (pool: Pool, request: ExchangeRequest, ended: Ended): Promise<OriginAnswer> =>
  new Promise((resolve, reject) => {
    const { method, target, headers, body = null, servername } = request
    const options: DispatchOptions = { method, path: target, headers, body, servername }
    pool.dispatch(options, new Exchange(request, { resolve, reject, ended }))
  })

/** `servername` is missing in undici's types. */
type DispatchOptions = Dispatcher.DispatchOptions & { readonly servername: string }

export type Ended = (brokenOff?: BrokenOff) => void

/** The origin used a transfer coding that nobody asked it for (RFC 9112 §6.1): its body cannot be told from its coding. */
export class TransferCodingError extends Error {
  override readonly name = 'TransferCodingError'
  constructor(codings: string) {
    super(`the answer has the transfer coding ${codings}`)
  }
}

interface Outcome {
  readonly resolve: (answer: OriginAnswer) => void
  readonly reject: (error: Error) => void
  readonly ended: Ended
}

/** What a body may hold before the origin is told to wait. */
const BUFFERED_BYTES = 64 * 1024

class Exchange implements Dispatcher.DispatchHandler {
  readonly #request: OriginRequest
  readonly #outcome: Outcome
  readonly #forget: () => void
  readonly #trailers: Record<string, string> = {}
  #controller: Dispatcher.DispatchController | undefined
  #body: Readable | undefined
  #receivedBytes = 0
  #expectedBytes: number | undefined
  #isOver = false

  constructor(request: OriginRequest, outcome: Outcome) {
    this.#request = request
    this.#outcome = outcome
    this.#forget = request.cancel.onCancel(() => {
      outcome.reject(new CancelledError())
      this.#controller?.abort(new CancelledError())
    })
  }

  /** Called when the request gets a connection. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#request.cancel.isCancelled) controller.abort(new CancelledError())
    else this.#controller = controller
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    _headers: unknown,
    statusText = ''
  ): void {
    const headers = textsOf(controller.rawHeaders)
    if (status < 200) {
      this.#request.onInterim?.(status, headers)
      return
    }
    const codings = valuesOf(headers, 'transfer-encoding').join(', ')
    if (!/^(chunked)?$/i.test(codings)) {
      controller.abort(new TransferCodingError(codings))
      return
    }
    this.#expectedBytes = lengthOf(headers)
    this.#body = this.#createBody(controller)
    this.#outcome.resolve({ status, statusText, headers, body: this.#body, trailers: this.#trailers })
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#receivedBytes += chunk.length
    if (this.#body?.push(chunk) === false) controller.pause()
  }

  onResponseEnd(_controller: Dispatcher.DispatchController, trailers: object): void {
    this.#end()
    this.#outcome.ended()
    for (const [name, value] of Object.entries(trailers)) this.#trailers[name] = String(value)
    this.#body?.push(null)
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.#end()
    if (this.#body === undefined) {
      this.#outcome.reject(error)
      return
    }
    // The last bytes came with the end of a kept connection while the body waited: undici tells of the end only.
    if (this.#receivedBytes === this.#expectedBytes && error instanceof errors.SocketError) {
      this.#outcome.ended()
      this.#body.push(null)
      return
    }
    const isThrownAway = this.#body.destroyed || error instanceof CancelledError
    this.#outcome.ended(isThrownAway ? undefined : this.#brokenOff(error))
    this.#body.destroy(error)
  }

  #brokenOff(error: Error): BrokenOff {
    const [receivedBytes, expectedBytes] = [this.#receivedBytes, this.#expectedBytes]
    return { resource: this.#request.resource, receivedBytes, expectedBytes, error }
  }

  #end(): void {
    this.#isOver = true
    this.#forget()
  }

  #createBody(controller: Dispatcher.DispatchController): Readable {
    const body = new Readable({
      highWaterMark: BUFFERED_BYTES,
      read: () => controller.resume(),
      destroy: (error, done) => {
        if (!this.#isOver) controller.abort(error ?? new CancelledError())
        done(error)
      }
    })
    // Whoever reads the body is told of its end; a body that is thrown away has nobody to tell.
    return body.on('error', () => undefined)
  }
}

/** Names and values in turn, as they came. */
const textsOf = (headers: Dispatcher.DispatchController['rawHeaders']): readonly string[] =>
  Array.isArray(headers) ? headers.map((text) => text.toString('latin1')) : []

/** Bytes of the body, as far as the head tells. */
const lengthOf = (headers: readonly string[]): number | undefined => {
  const [length] = valuesOf(headers, 'content-length')
  return length === undefined ? undefined : Number(length)
}
