import { isSliceOver, nextSlice } from '../../concurrency/time-slices.js'
import {
  BACKSLASH,
  BLANKS,
  CLOSE_LIST,
  CLOSE_OBJECT,
  COMMA,
  OPEN_LIST,
  OPEN_OBJECT,
  QUOTE
} from './json-bytes.js'

/**
 * Parses JSON as `parse` does, an object with long lists in slices: the elements of a list that is a member of the
 * object are parsed some at a time. Whatever else it is, or is no JSON, is left to `parse` as a whole. Throws what that
 * throws.
 */
export const parseInSlices = async (json: Buffer, parse: (text: string) => unknown): Promise<unknown> => {
  const pieces = json.length > SMALL_BYTES ? await piecesOf(json) : undefined
  if (pieces === undefined) return parse(json.toString())
  // The lists are left out of it, so it is short, and it shows whether everything between them is JSON.
  const shell = parse(pieces.shell)
  if (!isRecord(shell)) return parse(json.toString())
  for (const { name, chunks } of pieces.lists) {
    // A later member has the same name.
    if (!Array.isArray(shell[name])) return parse(json.toString())
    const list: unknown[] = []
    for (const [from, to] of chunks) {
      if (isSliceOver()) await nextSlice()
      const some = parse(`[${json.toString('utf8', from, to)}]`)
      // A comma with nothing behind it.
      if (!Array.isArray(some) || some.length === 0) return parse(json.toString())
      for (const each of some) list.push(each)
    }
    shell[name] = list
  }
  return shell
}

/** Bodies below it take less time than it would take to look for their parts. */
const SMALL_BYTES = 16 * 1024
/** So much of a list is parsed at once; an element that is longer alone. */
const CHUNK_BYTES = 64 * 1024

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

interface Pieces {
  /** The object with each list as `[]`. */
  readonly shell: string
  readonly lists: readonly {
    readonly name: string
    readonly chunks: readonly (readonly [number, number])[]
  }[]
}

/** `undefined` for what is no object of which a list is a member, has a name twice, or ends too early. */
const piecesOf = async (json: Buffer): Promise<Pieces | undefined> => {
  const lists: Pieces['lists'][number][] = []
  const shell: string[] = []
  let depth = 0
  /** Where the string began that is looked at; the last one that ended before a list is the list's name. */
  let stringFrom: number | undefined
  let name = ''
  let chunks: [number, number][] = []
  let chunkFrom = 0
  let keptFrom = 0
  let pauseAt = CHUNK_BYTES
  for (let at = 0; at < json.length; at++) {
    if (at >= pauseAt) {
      pauseAt = at + CHUNK_BYTES
      if (isSliceOver()) await nextSlice()
    }
    const byte = json[at]
    if (stringFrom !== undefined) {
      if (byte === BACKSLASH) at++
      else if (byte === QUOTE) {
        if (depth === 1) name = json.toString('utf8', stringFrom, at + 1)
        stringFrom = undefined
      }
    } else if (byte === QUOTE) stringFrom = at
    else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      depth++
      if (depth === 1 && byte === OPEN_LIST) return undefined
      if (depth !== 2) continue
      if (byte === OPEN_OBJECT) return undefined
      shell.push(json.toString('utf8', keptFrom, at + 1))
      chunks = []
      chunkFrom = at + 1
    } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) {
      depth--
      if (depth !== 1) continue
      if (chunks.length > 0 || !isBlank(json, chunkFrom, at)) chunks.push([chunkFrom, at])
      lists.push({ name: nameIn(name), chunks })
      keptFrom = at
    } else if (byte === COMMA && depth === 2 && at - chunkFrom >= CHUNK_BYTES) {
      chunks.push([chunkFrom, at])
      chunkFrom = at + 1
    }
  }
  // Which would not be a member when it is assigned.
  if (lists.some((list) => list.name === '__proto__')) return undefined
  const isTwice = new Set(lists.map((list) => list.name)).size < lists.length
  if (depth !== 0 || stringFrom !== undefined || isTwice) return undefined
  shell.push(json.toString('utf8', keptFrom))
  return { shell: shell.join(''), lists }
}

const isBlank = (json: Buffer, from: number, to: number): boolean => {
  for (let at = from; at < to; at++) if (!BLANKS.has(json[at] ?? 0)) return false
  return true
}

/** Of text that is no JSON string, which the shell will tell. */
const nameIn = (text: string): string => {
  try {
    return String(JSON.parse(text))
  } catch {
    return ''
  }
}
