import { http, type HttpAnswer } from '../support/http.js'
import { type Forged, rowPath } from './forged-fields.js'

/** What python/believer.py says of a request. */
export interface Beliefs {
  readonly fields: Readonly<Record<string, string>>
  readonly [name: string]: unknown
}

/** `undefined` for an answer that is none of the application's. */
export const beliefsIn = (answer: HttpAnswer): Beliefs | undefined => {
  if (answer.status >= 400) return undefined
  const json = answer.json()
  const one: unknown = Array.isArray(json) ? json[0] : json
  return isBeliefs(one) ? one : undefined
}

const isBeliefs = (value: unknown): value is Beliefs =>
  typeof value === 'object' && value !== null && 'fields' in value && 'view' in value

/** What the application takes the request for, without the fields that it could look at. */
export const taken = (beliefs: Beliefs | undefined): object => ({ ...beliefs, fields: undefined })

/**
 * `believed`: the application takes the request for another one. `seen`: it could look at the field, and does nothing of it
 * by itself. `refused`: the answer is an error. `dropped`: it is as if it had not been sent.
 */
export type Effect = 'believed' | 'seen' | 'refused' | 'dropped'

/** What a field does to a server that is asked directly; `plain` is what it says without it. */
export const effectOf = async (
  url: string,
  plain: Beliefs | undefined,
  { field, name, value }: Forged
): Promise<Effect> => {
  const answer = await http(url + rowPath(5), { headers: { [name]: value } })
  const beliefs = beliefsIn(answer)
  if (beliefs === undefined) return 'refused'
  if (JSON.stringify(taken(beliefs)) !== JSON.stringify(taken(plain))) return 'believed'
  return beliefs.fields[field.toUpperCase().replaceAll('-', '_')] === undefined ? 'dropped' : 'seen'
}
