import { isSliceOver, nextSlice } from '../../concurrency/time-slices.js'
import { badInput } from '../problem.js'
import {
  BACKSLASH,
  BLANKS,
  CLOSE_LIST,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  OPEN_LIST,
  OPEN_OBJECT,
  QUOTE
} from './json-bytes.js'
import { isJson } from './json-text.js'
import { parseInSlices } from './json-in-slices.js'

/**
 * Parses a JSON text as `parse` does, except that the members `json` of the objects in `entries` come as the bytes that
 * they have: who parses and writes numbers anew changes them (`1.0` becomes `1`, an integer above 2^53 another one).
 * Throws what `parse` throws, and the problem that names a member which is no JSON.
 */
export const parseKeepingJson = async (json: Buffer, parse: (text: string) => unknown): Promise<unknown> => {
  const { shell, values } = await takeOut(json)
  const parsed = await parseInSlices(shell, parse)
  const entries = entriesIn(parsed)
  for (const [at, value] of values.entries()) {
    if (isSliceOver()) await nextSlice()
    if (isJson(value)) continue
    // One that a later member of the same name replaces is in no entry.
    const entryAt = entries.findIndex((entry) => isRecord(entry) && entry['json'] === at)
    throw badInput(entryAt < 0 ? 'body' : `entries[${entryAt}].json`, 'is no valid JSON')
  }
  for (const entry of entries.filter(isRecord)) {
    const value = typeof entry['json'] === 'number' ? values[entry['json']] : undefined
    // A copy: what is kept of it must not keep the whole request.
    if (value !== undefined) entry['json'] = Buffer.from(value)
  }
  return parsed
}

const entriesIn = (parsed: unknown): readonly unknown[] => {
  const entries: unknown = isRecord(parsed) ? parsed['entries'] : undefined
  return Array.isArray(entries) ? entries : []
}

interface TakenOut {
  /** The same text with numbers in the stead of the values: their places in `values`. */
  readonly shell: Buffer
  readonly values: readonly Buffer[]
}

/**
 * Looks at each byte once, in slices, and knows strings and brackets only. That is enough: where the shell is JSON, and all
 * of the values are, the whole was, and says the same.
 */
const takeOut = async (json: Buffer): Promise<TakenOut> => {
  // The name may be written with escapes.
  if (!json.includes('"json"') && !json.includes('\\u')) return { shell: json, values: [] }
  const kept: Buffer[] = []
  const values: Buffer[] = []
  let keptFrom = 0
  /** The member of the whole that is looked at. */
  let list: unknown
  let valueFrom: number | undefined
  let depth = 0
  let pauseAt = PAUSE_BYTES
  for (let at = 0; at < json.length; at++) {
    if (at >= pauseAt) {
      pauseAt = at + PAUSE_BYTES
      if (isSliceOver()) await nextSlice()
    }
    const byte = json[at]
    if (byte === QUOTE) {
      const end = stringEnd(json, at)
      const isInEntry = depth === MEMBER_DEPTH && list === 'entries' && valueFrom === undefined
      const colonAt = isInEntry || depth === 1 ? skipBlanks(json, end) : -1
      const name = json[colonAt] === COLON ? nameIn(json.toString('utf8', at, end)) : undefined
      if (depth === 1) list = name
      if (isInEntry && name === 'json') valueFrom = skipBlanks(json, colonAt + 1)
      at = (isInEntry && valueFrom !== undefined ? valueFrom : end) - 1
    } else if (byte === OPEN_LIST || byte === OPEN_OBJECT) depth++
    else if (byte === COMMA || byte === CLOSE_LIST || byte === CLOSE_OBJECT) {
      if (valueFrom !== undefined && depth === MEMBER_DEPTH) {
        kept.push(json.subarray(keptFrom, valueFrom), Buffer.from(String(values.length)))
        keptFrom = withoutBlanks(json, valueFrom, at)
        values.push(json.subarray(valueFrom, keptFrom))
        valueFrom = undefined
      }
      if (byte !== COMMA) depth--
    }
  }
  kept.push(json.subarray(keptFrom))
  return { shell: Buffer.concat(kept), values }
}

/** The object, its list, and an object in it. */
const MEMBER_DEPTH = 3
const PAUSE_BYTES = 64 * 1024

/** Behind the quote that ends the string which begins at `from`; the end of the text if none does. */
const stringEnd = (json: Buffer, from: number): number => {
  for (let end = json.indexOf(QUOTE, from + 1); end >= 0; end = json.indexOf(QUOTE, end + 1)) {
    let escapes = 0
    while (json[end - 1 - escapes] === BACKSLASH) escapes++
    if (escapes % 2 === 0) return end + 1
  }
  return json.length
}

const skipBlanks = (json: Buffer, from: number): number => {
  let at = from
  while (BLANKS.has(json[at] ?? 0)) at++
  return at
}

/** Where the blanks before `end` begin. */
const withoutBlanks = (json: Buffer, from: number, end: number): number => {
  let at = end
  while (at > from && BLANKS.has(json[at - 1] ?? 0)) at--
  return at
}

const nameIn = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null
