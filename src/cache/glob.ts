type Matcher = (text: string) => boolean

/**
 * Redis' glob style (`*`, `?`, `[a-z]`, `[^…]`, `\` escapes; as in `KEYS` and `SCAN MATCH`), in time
 * proportional to text × pattern whatever the number of stars. Source of the algorithm: greedy matching with
 * one point of return, R. Cox, "Glob Matching Can Be Simple And Fast Too" (2017).
 */
export const compileGlob = (pattern: string): Matcher => {
  const known = compiled.get(pattern)
  if (known !== undefined) return known
  const tokens = tokenize(pattern)
  const matcher: Matcher = (text) => isMatch(tokens, Buffer.from(text))
  if (compiled.size >= COMPILED_MAX) compiled.clear()
  compiled.set(pattern, matcher)
  return matcher
}

/** The text that every match begins with, up to the first special character. */
export const literalPrefix = (pattern: string): string => /^[^*?[\\]*/.exec(pattern)?.[0] ?? ''

const COMPILED_MAX = 1000
const compiled = new Map<string, Matcher>()

type Token = typeof STAR | ((byte: number) => boolean)
const STAR = Symbol('*')

const isMatch = (tokens: readonly Token[], text: Buffer): boolean => {
  let t = 0
  let p = 0
  let starAt = -1
  let resumeAt = 0
  while (t < text.length) {
    const token = tokens[p]
    if (token === STAR) {
      starAt = p++
      resumeAt = t
    } else if (token !== undefined && token(text[t] ?? -1)) {
      t++
      p++
    } else if (starAt >= 0) {
      p = starAt + 1
      t = ++resumeAt
    } else {
      return false
    }
  }
  while (tokens[p] === STAR) p++
  return p === tokens.length
}

/** Bytes, not characters, as Redis compares them. */
const tokenize = (pattern: string): readonly Token[] => {
  const bytes = Buffer.from(pattern)
  const tokens: Token[] = []
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0
    if (byte === CODE.star) {
      if (tokens.at(-1) !== STAR) tokens.push(STAR)
    } else if (byte === CODE.question) {
      tokens.push(() => true)
    } else if (byte === CODE.open) {
      const set = tokenizeSet(bytes, at + 1)
      tokens.push(set.token)
      at = set.last
    } else {
      const literal = byte === CODE.escape && at + 1 < bytes.length ? (bytes[++at] ?? 0) : byte
      tokens.push((candidate) => candidate === literal)
    }
  }
  return tokens
}

/** An unclosed set ends with the pattern, as in Redis. `last` is the index of its last byte. */
const tokenizeSet = (bytes: Buffer, start: number): { token: Token; last: number } => {
  const members = new Set<number>()
  const isNegated = bytes[start] === CODE.caret
  let at = isNegated ? start + 1 : start
  for (; at < bytes.length && bytes[at] !== CODE.close; at++) {
    const isEscape = bytes[at] === CODE.escape && at + 1 < bytes.length
    if (isEscape) at++
    const low = bytes[at] ?? 0
    if (!isEscape && bytes[at + 1] === CODE.dash && at + 2 < bytes.length) {
      const high = bytes[at + 2] ?? 0
      for (let byte = Math.min(low, high); byte <= Math.max(low, high); byte++) members.add(byte)
      at += 2
    } else {
      members.add(low)
    }
  }
  return { token: (byte) => members.has(byte) !== isNegated, last: Math.min(at, bytes.length - 1) }
}

const CODE = { star: 42, question: 63, open: 91, close: 93, escape: 92, caret: 94, dash: 45 }
