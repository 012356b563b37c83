import type { Database, User } from './database.js'
import type { Fields } from './fields.js'
import type { Sessions } from './sessions.js'

/** One row of the sample's API. `answer` runs at one moment, so what it returns is a snapshot. */
export interface Route {
  readonly method: Method
  readonly path: string
  answer(call: Call): Answer
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export interface Call {
  readonly database: Database
  readonly sessions: Sessions
  readonly caller: User | undefined
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string>>
  readonly fields: Fields
  readonly cookies: ReadonlyMap<string, string>
  /** Scheme and `Host` of the request, for absolute addresses. */
  readonly base: string
}

export type SignedInCall = Call & { readonly caller: User }

export interface Answer {
  readonly status: number
  readonly json?: unknown
  /** HTML in place of JSON. */
  readonly page?: string
  /** Sent one by one in place of JSON. */
  readonly rows?: readonly string[]
  readonly headers?: readonly (readonly [string, string])[]
}

/** Answers anybody. */
export const anyone = (method: Method, path: string, answer: (call: Call) => Answer): Route => ({
  method,
  path,
  answer
})

/** Answers whoever is signed in, the rest with 403: the API has no 401. */
export const signedIn = (method: Method, path: string, answer: (call: SignedInCall) => Answer): Route =>
  anyone(method, path, (call) =>
    call.caller === undefined ? NOT_SIGNED_IN : answer({ ...call, caller: call.caller })
  )

export const staff = (method: Method, path: string, answer: (call: SignedInCall) => Answer): Route =>
  signedIn(method, path, (call) => (call.caller.is_staff ? answer(call) : NOT_ALLOWED))

/** The row whose number is in the path, or 404. */
export const found = <R>(row: R | undefined, answer: (row: R) => Answer): Answer =>
  row === undefined ? NOT_FOUND : answer(row)

export const idOf = (call: Call, name = 'id'): number => Number(call.params[name])

export const ok = (json: unknown): Answer => ({ status: 200, json })
export const created = (json: unknown): Answer => ({ status: 201, json })
export const accepted = (json: unknown): Answer => ({ status: 202, json })
export const noContent: Answer = { status: 204 }
export const invalid = (field: string, message: string): Answer => ({
  status: 400,
  json: { [field]: [message] }
})

export const NOT_FOUND: Answer = { status: 404, json: { detail: 'Not found.' } }
const NOT_SIGNED_IN: Answer = {
  status: 403,
  json: { detail: 'Authentication credentials were not provided.' }
}
const NOT_ALLOWED: Answer = {
  status: 403,
  json: { detail: 'You do not have permission to perform this action.' }
}
