import { http } from '../../test/support/http.js'

export interface Value {
  readonly key: string
  readonly value: string
  readonly ttl: number
  readonly tags: readonly string[]
}

/** As many as one request may name. */
export const BATCH = 1000

/** Stores values, a thousand to a request. Rejects when one is not stored. */
export const setValues = async (controlUrl: string, values: readonly Value[]): Promise<void> => {
  for (let at = 0; at < values.length; at += BATCH) {
    const entries = values.slice(at, at + BATCH)
    const answer = await post(`${controlUrl}/v1/entries/set`, { entries })
    if (numberIn(answer, 'stored') !== entries.length) throw new Error(`Not all were stored: ${answer}`)
  }
}

export interface Invalidation {
  readonly keys?: readonly string[]
  readonly tags?: readonly string[]
  readonly patterns?: readonly string[]
}

/** Returns how many entries were removed. */
export const invalidate = async (controlUrl: string, invalidation: Invalidation): Promise<number> =>
  numberIn(await post(`${controlUrl}/v1/invalidations`, invalidation), 'removed')

const post = async (url: string, body: object): Promise<string> => {
  const answer = await http(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body)
  })
  if (answer.status !== 200) throw new Error(`${url} answered ${answer.status}: ${answer.text()}`)
  return answer.text()
}

const numberIn = (json: string, field: string): number =>
  Number(new RegExp(`"${field}":(\\d+)`).exec(json)?.[1] ?? NaN)
