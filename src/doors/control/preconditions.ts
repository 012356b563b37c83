import type { IncomingHttpHeaders } from 'node:http'
import type { Precondition } from '../../cache/values/values.js'
import { badInput } from '../problem.js'

/** RFC 9110 §13.1.1 and §13.1.2 for a write: `If-Match`, or `If-None-Match` in the form `*`. */
export const readPrecondition = (headers: IncomingHttpHeaders): Precondition => {
  const match = headers['if-match']
  const noneMatch = headers['if-none-match']
  if (match !== undefined && noneMatch !== undefined) {
    throw badInput('if-none-match', 'cannot be given together with if-match')
  }
  if (noneMatch !== undefined) {
    if (noneMatch.trim() !== '*') throw badInput('if-none-match', 'can only be * on a write')
    return 'absent'
  }
  if (match === undefined) return 'none'
  const condition = parseEntityTags('if-match', match)
  // Strong comparison: a weak tag matches nothing.
  return condition === '*' ? 'present' : { anyOf: condition.filter((tag) => !tag.startsWith('W/')) }
}

/** `If-None-Match` of a read, as it came. Throws the problem when it is no list of entity tags (RFC 9110 §13.1.2). */
export const readNoneMatch = ({ 'if-none-match': noneMatch }: IncomingHttpHeaders): string | undefined => {
  if (noneMatch !== undefined) parseEntityTags('if-none-match', noneMatch)
  return noneMatch
}

/** The name of the header field that a write's precondition came in. */
export const fieldOf = (precondition: Precondition): string =>
  precondition === 'absent' ? 'if-none-match' : 'if-match'

/** A list of entity tags; a recipient takes empty elements, too (RFC 9110 §5.6.1). */
const parseEntityTags = (field: string, text: string): '*' | readonly string[] => {
  if (text.trim() === '*') return '*'
  const tags: string[] = []
  for (const element of text.match(ELEMENT) ?? []) {
    const tag = element.replace(/,$/, '').trim()
    if (tag === '') continue
    if (!ENTITY_TAG.test(tag)) throw badInput(field, 'must be * or a list of entity tags in double quotes')
    tags.push(tag)
  }
  if (tags.length === 0) throw badInput(field, 'must name an entity tag')
  return tags
}

/** Up to a comma outside of double quotes, or the end. */
const ELEMENT = /(?:"[^"]*"?|[^",])+,?|,/g
const ENTITY_TAG = /^(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"$/
