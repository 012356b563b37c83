import { request } from 'undici'

export interface HttpOptions {
  readonly method?: string
  readonly headers?: Record<string, string | string[]>
  readonly body?: string | Buffer
  readonly signal?: AbortSignal
}

export interface HttpAnswer {
  readonly status: number
  /** By lower-case name; a list where a field came more than once. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
  text(): string
  json(): unknown
}

export const http = async (url: string, options: HttpOptions = {}): Promise<HttpAnswer> => {
  const answer = await request(url, options)
  const body = Buffer.from(await answer.body.arrayBuffer())
  return {
    status: answer.statusCode,
    headers: answer.headers,
    body,
    text: () => body.toString(),
    json: (): unknown => JSON.parse(body.toString())
  }
}

export const get = (url: string, options: Omit<HttpOptions, 'method' | 'body'> = {}): Promise<HttpAnswer> =>
  http(url, options)
