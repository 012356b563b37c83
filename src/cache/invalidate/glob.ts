import { isSliceOver, nextSlice } from '../../concurrency/time-slices.js'

/** Whether a text matches. */
export interface Glob {
  (text: string): boolean
  /** Text as UTF-8, for who matches the same text against many patterns. */
  readonly matchBytes: (text: Buffer) => boolean
}

/** The work that all globs of this process have been so far, about a byte looked at each: what bounds long comparisons. */
let steps = 0
export const globSteps = (): number => steps

/**
 * Redis' glob style (`*`, `?`, `[a-z]`, `[^…]`, `\` escapes; as in `KEYS` and `SCAN MATCH`), in time
 * proportional to text × pattern whatever the number of stars. Source of the algorithm: greedy matching with
 * one point of return, R. Cox, "Glob Matching Can Be Simple And Fast Too" (2017).
 */
export const compileGlob = (pattern: string): Glob => {
  const known = compiled.get(pattern)
  if (known !== undefined) return known
  const tokens = tokenize(pattern)
  const matchBytes = (text: Buffer): boolean => isMatch(tokens, text)
  const glob: Glob = Object.assign((text: string) => matchBytes(Buffer.from(text)), { matchBytes })
  if (compiled.size >= COMPILED_MAX) compiled.clear()
  compiled.set(pattern, glob)
  return glob
}

/** Whether any of the patterns matches, in slices: a page of names and a thousand patterns are a million matches. */
export const matchesAny = async (patterns: readonly string[], text: string): Promise<boolean> => {
  const bytes = Buffer.from(text)
  for (const pattern of patterns) {
    if (isSliceOver()) await nextSlice()
    if (compileGlob(pattern).matchBytes(bytes)) return true
  }
  return false
}

/** The text that every match begins with, up to the first special character. */
export const literalPrefix = (pattern: string): string => /^[^*?[\\]*/.exec(pattern)?.[0] ?? ''

const COMPILED_MAX = 1000
const compiled = new Map<string, Glob>()

/** A byte, any number of bytes, any byte, or one of a set: a small number each, because patterns come by the thousand. */
type Token = number | ReadonlySet<number>
const STAR = -1
const ANY = -2

const isTaken = (token: Token | undefined, byte: number): boolean =>
  token === byte || token === ANY || (typeof token === 'object' && token.has(byte))

const isMatch = (tokens: readonly Token[], text: Buffer): boolean => {
  let t = 0
  let p = 0
  let starAt = -1
  let resumeAt = 0
  // What a match costs whatever it looks at.
  steps += 8
  while (t < text.length) {
    const token = tokens[p]
    steps++
    if (token === STAR) {
      starAt = p++
      resumeAt = t
    } else if (isTaken(token, text[t] ?? 0)) {
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
      tokens.push(ANY)
    } else if (byte === CODE.open) {
      const set = tokenizeSet(bytes, at + 1)
      tokens.push(set.token)
      at = set.last
    } else {
      tokens.push(byte === CODE.escape && at + 1 < bytes.length ? (bytes[++at] ?? 0) : byte)
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
  steps += isNegated ? 256 : members.size
  return { token: isNegated ? allBut(members) : members, last: Math.min(at, bytes.length - 1) }
}

const allBut = (members: ReadonlySet<number>): ReadonlySet<number> => {
  const others = new Set<number>()
  for (let byte = 0; byte < 256; byte++) if (!members.has(byte)) others.add(byte)
  return others
}

const CODE = { star: 42, question: 63, open: 91, close: 93, escape: 92, caret: 94, dash: 45 }
