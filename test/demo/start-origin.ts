import type { Test } from 'tap'
import { createOrigin, type Origin, type OriginOptions } from '../../demo/origin/origin.js'
import { http, type HttpAnswer } from '../support/http.js'

export interface CallOptions {
  readonly headers?: Record<string, string>
  readonly json?: unknown
  readonly body?: string | Buffer
}

export interface StartedOrigin {
  readonly origin: Origin
  readonly address: string
  readonly call: (method: string, path: string, options?: CallOptions) => Promise<HttpAnswer>
}

/** A sample origin on a real socket, without delay unless told, closed when the test ends. */
export const startOrigin = async (t: Test, options: OriginOptions = {}): Promise<StartedOrigin> => {
  const origin = createOrigin({ latency: { minMs: 0, maxMs: 0 }, ...options })
  t.teardown(() => origin.close())
  const address = await origin.listen()
  return {
    origin,
    address,
    call: (method, path, { headers = {}, json, body } = {}) =>
      http(`${address}${path}`, {
        method,
        headers: json === undefined ? headers : { 'content-type': 'application/json', ...headers },
        body: json === undefined ? (body ?? '') : JSON.stringify(json)
      })
  }
}

/** The value at a path in an answer's JSON; `undefined` where there is none. */
export const valueIn = (answer: HttpAnswer, ...path: readonly (string | number)[]): unknown =>
  path.reduce<unknown>(
    (value, step) =>
      typeof value === 'object' && value !== null
        ? new Map(Object.entries(value)).get(String(step))
        : undefined,
    answer.json()
  )
