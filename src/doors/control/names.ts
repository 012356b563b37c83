import { type TString, Type } from '@sinclair/typebox'
import type { FuncKeywordDefinition, SchemaValidateFunction } from 'ajv'
import {
  NAME_MAX_BYTES,
  parseName,
  parsePattern,
  PATTERN_MAX_STARS,
  type ParsedName
} from '../../cache/names.js'
import { isPosition, type Position } from '../../cache/position.js'
import { mapInSlices } from '../../concurrency/time-slices.js'
import { badInput } from '../problem.js'

/** Control characters, every kind of space and lone surrogates, in ranges that every dialect of expressions knows. */
const FORBIDDEN = String.raw`\u0000-\u0020\u007f-\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff\ud800-\udfff`

const RULES = `1–${NAME_MAX_BYTES} bytes of UTF-8 without spaces or control characters, not starting with @; with or without the prefix it is the same name`

/** The one rule that no keyword of JSON Schema expresses is how many bytes a name has: `maxLength` counts characters. */
const BYTES = `more bytes than x-name.maxBytes, not counting the prefix, are refused with 400`

/**
 * The names that callers give, as schemas: what these take is what `parseName` and `parsePattern` take. The keyword
 * `x-name` asks those, which say what is wrong with a name; the standard ones are for whoever reads the description.
 */
export const createNameSchemas = (prefix: string) => {
  const prefixes = [...new Set([prefix, prefix.replaceAll(/[{}]/g, '')])].filter((each) => each !== '')
  const notReserved = `(?!(?:${prefixes.map(escaped).join('|')})?(?:@|$))`
  const rules = (rule: 'name' | 'pattern') => ({
    minLength: 1,
    maxLength: NAME_MAX_BYTES + prefix.length,
    pattern: `^${notReserved}${rule === 'pattern' ? TOO_MANY_STARS : ''}[^${FORBIDDEN}]+$`,
    'x-name': { rule, prefix, maxBytes: NAME_MAX_BYTES }
  })
  const name = (description: string): TString => Type.String({ description, ...rules('name') })
  return {
    Key: name(`A key: ${RULES}; ${BYTES}`),
    Tag: name(`A tag: ${RULES}; ${BYTES}`),
    Pattern: Type.String({
      description: `A Redis glob over keys and tags with at most ${PATTERN_MAX_STARS} stars; ${BYTES}`,
      ...rules('pattern')
    }),
    LockParameter: Type.Object({
      name: name(`The name of a lock, percent-encoded: ${RULES}; ${BYTES}`)
    }),
    KeyParameter: Type.Object({ key: name(`The key, percent-encoded (/ is %2F): ${RULES}; ${BYTES}`) })
  }
}

const TOO_MANY_STARS = String.raw`(?!(?:[^*]*\*){${PATTERN_MAX_STARS + 1}})`

const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`)

const checkName: SchemaValidateFunction = (
  { rule, prefix }: { readonly rule: 'name' | 'pattern'; readonly prefix: string },
  text: string
): boolean => {
  const parsed = rule === 'pattern' ? parsePattern(text, prefix) : parseName(text, prefix)
  checkName.errors = []
  if (parsed.outcome === 'valid') return true
  checkName.errors = [{ keyword: 'x-name', message: parsed.reason, params: {} }]
  return false
}

/** For the validator, before the keywords that say less of what is wrong. */
export const NAME_KEYWORD: FuncKeywordDefinition = {
  keyword: 'x-name',
  type: 'string',
  before: 'maxLength',
  validate: checkName,
  errors: true
}

/** Reads the names in a request, lists of them in slices, as they may be thousands; throws the problem that names the field. */
export const createNameFields = (prefix: string) => ({
  /** A key or a tag. */
  name: (text: string, field: string): string => valid(parseName(text, prefix), field),
  names: (texts: readonly string[], field: string): Promise<string[]> =>
    mapInSlices(texts, (text, at) => valid(parseName(text, prefix), `${field}[${at}]`)),
  pattern: (text: string, field: string): string => valid(parsePattern(text, prefix), field),
  patterns: (texts: readonly string[], field: string): Promise<string[]> =>
    mapInSlices(texts, (text, at) => valid(parsePattern(text, prefix), `${field}[${at}]`))
})
export type NameFields = ReturnType<typeof createNameFields>

export const readPosition = (text: string | undefined): Position | undefined => {
  if (text !== undefined && !isPosition(text)) throw badInput('position', 'is none that this cache has given')
  return text
}

const valid = (parsed: ParsedName, field: string): string => {
  if (parsed.outcome === 'invalid') throw badInput(field, parsed.reason)
  return parsed.name
}
