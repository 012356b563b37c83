import { type CodingWeights, preferredOf, readAcceptEncoding } from '../../http/accept-encoding.js'
import type { CodedBody, Entry } from '../entry.js'
import { createLru } from '../lru.js'

/** In which coding a caller wants an entry's body; `undefined`: as it is, or the entry has it in no other form. */
export const preferredForm = ({ coded }: Entry, acceptEncoding: string): CodedBody | undefined => {
  if (coded === undefined) return undefined
  return preferredOf(coded, known.get(acceptEncoding) ?? known.memo(acceptEncoding))
}

/** Callers send few different fields. */
const known = createLru<CodingWeights>(200, readAcceptEncoding)
