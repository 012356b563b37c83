import type { Answer } from '../../../src/cache/answer.js'
import type { Entry } from '../../../src/cache/entry.js'
import type { Outcome } from '../../../src/cache/observer.js'

const entry: Entry = {
  status: 200,
  headers: [],
  body: Buffer.from('{}'),
  generatedAt: 0,
  freshUntil: 1,
  staleWhileRevalidateUntil: 1,
  staleIfErrorUntil: 1,
  etag: undefined,
  tags: []
}

/** An answer with an entry. */
export const entryAnswer = (outcome: Outcome): Answer => ({
  kind: 'entry',
  outcome,
  cacheStatus: `spms; ${outcome}`,
  entry,
  body: entry.body,
  coding: undefined,
  cacheControl: undefined,
  status: 200,
  ageSeconds: undefined,
  freshSeconds: undefined
})
