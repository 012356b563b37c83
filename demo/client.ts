import { request, type Agent } from 'undici'

export interface Answer {
  readonly request: string
  readonly status: number
  readonly cacheStatus: string
  readonly cookies: readonly string[]
  readonly body: string
  /** Until the last byte of the body. */
  readonly ms: number
}

export interface Asking {
  readonly headers?: Readonly<Record<string, string>>
  readonly json?: unknown
}

export type Client = (method: string, path: string, asking?: Asking) => Promise<Answer>

/** Asks one server, over as many connections as there are requests at a time. */
export const createClient = (base: string, agent: Agent): Client => {
  return async (method, path, { headers = {}, json } = {}) => {
    const startedAt = performance.now()
    const answer = await request(`${base}${path}`, {
      method,
      headers: json === undefined ? headers : { ...headers, 'content-type': 'application/json' },
      body: json === undefined ? null : JSON.stringify(json),
      dispatcher: agent
    })
    const body = await answer.body.text()
    return {
      request: `${method} ${path}`,
      status: answer.statusCode,
      cacheStatus: [answer.headers['cache-status'] ?? ''].flat().join(', '),
      cookies: [answer.headers['set-cookie'] ?? []].flat(),
      body,
      ms: performance.now() - startedAt
    }
  }
}
