/**
 * The names that callers give: keys, tags and patterns. The prefix of the store is taken off once, so that a
 * name with and without it is one name; a second prefix is part of the name. Never parse a parsed name again.
 */
export type ParsedName =
  | { readonly outcome: 'valid'; readonly name: string }
  | { readonly outcome: 'invalid'; readonly reason: string }

export const NAME_MAX_BYTES = 512
export const PATTERN_MAX_STARS = 8

/** A key or a tag. */
export const parseName = (text: string, prefix: string): ParsedName => {
  const name = withoutPrefix(text, prefix)
  const reason = faultOf(name)
  return reason === undefined ? { outcome: 'valid', name } : { outcome: 'invalid', reason }
}

/** Whether a text without a prefix is a key or a tag. */
export const isName = (text: string): boolean => faultOf(text) === undefined

/** A pattern in Redis' glob style. Every star counts, an escaped one too. */
export const parsePattern = (text: string, prefix: string): ParsedName => {
  const parsed = parseName(text, prefix)
  if (parsed.outcome === 'valid' && parsed.name.split('*').length - 1 > PATTERN_MAX_STARS) {
    return { outcome: 'invalid', reason: `must not have more than ${PATTERN_MAX_STARS} stars` }
  }
  return parsed
}

/** `{spms}:` is `spms:` to the backend: the braces are Redis Cluster's, and no part of the names. */
const withoutPrefix = (text: string, prefix: string): string => {
  const found = [prefix, prefix.replaceAll(/[{}]/g, '')].find((each) => text.startsWith(each))
  return found === undefined ? text : text.slice(found.length)
}

/** Control characters, lone surrogates and every kind of space. */
const FORBIDDEN = /[\p{Cc}\p{Cs}\s]/u

const faultOf = (name: string): string | undefined => {
  if (name === '') return 'must not be empty'
  // A UTF-16 unit is at most three bytes of UTF-8.
  if (name.length * 3 > NAME_MAX_BYTES && Buffer.byteLength(name) > NAME_MAX_BYTES)
    return `must not be longer than ${NAME_MAX_BYTES} bytes`
  if (name.startsWith('@')) return 'must not start with @'
  if (FORBIDDEN.test(name)) return 'must not contain spaces or control characters'
  return undefined
}
