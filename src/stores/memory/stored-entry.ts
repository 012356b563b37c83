import type { CodedBody, Entry } from '../../cache/entry.js'
import { createLru } from '../../cache/lru.js'

/**
 * The same entry in few objects. Its tags are one text, and its headers, which are those of a thousand others, are theirs:
 * as strings of their own they would be most of what the garbage collector has to look at.
 */
export class StoredEntry implements Entry {
  readonly status: number
  readonly headers: readonly string[]
  readonly body: Buffer
  readonly coded: readonly CodedBody[] | undefined
  readonly generatedAt: number
  readonly freshUntil: number
  readonly staleWhileRevalidateUntil: number
  readonly staleIfErrorUntil: number
  readonly keptUntil: number | undefined
  readonly etag: string | undefined
  readonly #tags: string

  constructor(entry: Entry) {
    this.status = entry.status
    this.headers = knownHeaders.memo(JSON.stringify(entry.headers), { context: entry.headers })
    this.body = entry.body
    this.coded = entry.coded
    this.generatedAt = entry.generatedAt
    this.freshUntil = entry.freshUntil
    this.staleWhileRevalidateUntil = entry.staleWhileRevalidateUntil
    this.staleIfErrorUntil = entry.staleIfErrorUntil
    this.keptUntil = entry.keptUntil
    this.etag = entry.etag
    this.#tags = entry.tags.join('\n')
  }

  get tags(): readonly string[] {
    return this.#tags === '' ? [] : this.#tags.split('\n')
  }
}

/** Header sections, as JSON. */
const knownHeaders = createLru<readonly string[], readonly string[]>(200, (_, headers) => headers)
