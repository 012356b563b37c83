import type { CodedBody, Entry } from '../cache/entry.js'
import type { Position } from '../cache/position.js'

/**
 * An entry as one string of bytes. A script puts the epoch (16 bytes) in front when it stores it, so that a
 * reader compares one prefix and an invalidation of everything touches no entry. After the epoch:
 *
 *     version u8 · etag length u8 · etag · status u16 · generatedAt, freshUntil,
 *     staleWhileRevalidateUntil, staleIfErrorUntil f64 each · lengths of headers, tags and body u32 each ·
 *     headers, a line each · tags JSON · body
 *
 * An entry with coded bodies, or that is kept to be confirmed, is of version 4, in which who reads version 3 only finds no
 * entry. It goes on:
 *
 *     keptUntil f64 · number of coded bodies u8 · each: coding u8 (its place in `NUMBERED`), length u32, bytes
 *
 * Version and etag come first because the scripts read them, too. The headers are lines because every hit reads
 * them, and lines need no parser.
 */
export const encodeEntry = (entry: Entry): Buffer => {
  const etag = entry.etag ?? ''
  const headers = entry.headers.map(inOneLine).join('\n')
  const tags = JSON.stringify(entry.tags)
  const headersLength = Buffer.byteLength(headers)
  const tagsLength = Buffer.byteLength(tags)
  const { coded = [], keptUntil = 0 } = entry
  const isPlain = coded.length === 0 && keptUntil === 0
  const prefix = Buffer.allocUnsafe(2 + etag.length + FIXED_LENGTH + headersLength + tagsLength)
  let at = prefix.writeUInt8(isPlain ? PLAIN : EXTENDED, 0)
  at = prefix.writeUInt8(etag.length, at)
  at += prefix.write(etag, at, 'latin1')
  at = prefix.writeUInt16BE(entry.status, at)
  at = prefix.writeDoubleBE(entry.generatedAt, at)
  at = prefix.writeDoubleBE(entry.freshUntil, at)
  at = prefix.writeDoubleBE(entry.staleWhileRevalidateUntil, at)
  at = prefix.writeDoubleBE(entry.staleIfErrorUntil, at)
  at = prefix.writeUInt32BE(headersLength, at)
  at = prefix.writeUInt32BE(tagsLength, at)
  at = prefix.writeUInt32BE(entry.body.length, at)
  at += prefix.write(headers, at)
  prefix.write(tags, at)
  if (isPlain) return Buffer.concat([prefix, entry.body])
  const extension = Buffer.allocUnsafe(EXTENSION_LENGTH)
  extension.writeUInt8(coded.length, extension.writeDoubleBE(keptUntil, 0))
  return Buffer.concat([prefix, entry.body, extension, ...coded.flatMap(withPrefix)])
}

const withPrefix = ({ coding, body }: CodedBody): readonly Buffer[] => {
  const prefix = Buffer.allocUnsafe(CODED_PREFIX_LENGTH)
  prefix.writeUInt32BE(body.length, prefix.writeUInt8(NUMBERED.indexOf(coding), 0))
  return [prefix, body]
}

/** RFC 9110 §5.5: a line break in a field may be replaced, and never be kept. */
const inOneLine = (text: string): string => text.replaceAll('\n', ' ')

/**
 * `undefined` for bytes of another epoch or version than those of the position, and for bytes that are not whole: there
 * is no such entry.
 */
export const decodeEntry = (bytes: Buffer, position: Position): Entry | undefined => {
  const version = bytes[VERSION_AT]
  if (!position.startsWith(bytes.toString('latin1', 0, EPOCH_LENGTH))) return undefined
  if (version !== PLAIN && version !== EXTENDED) return undefined
  const fixed = ETAG_AT + (bytes[ETAG_LENGTH_AT] ?? 0)
  const lengths = fixed + FIXED_LENGTH - 12
  if (bytes.length < lengths + 12) return undefined
  const headersEnd = lengths + 12 + bytes.readUInt32BE(lengths)
  const tagsEnd = headersEnd + bytes.readUInt32BE(lengths + 4)
  const bodyEnd = tagsEnd + bytes.readUInt32BE(lengths + 8)
  if (bytes.length !== (version === PLAIN ? bodyEnd : extensionEnd(bytes, bodyEnd))) return undefined
  return new StoredEntry(bytes, { fixed, headersEnd, tagsEnd, bodyEnd })
}

/** Where ends what follows the body in version 4; not a place in the bytes when it is not whole. */
const extensionEnd = (bytes: Buffer, from: number): number => {
  let at = from + EXTENSION_LENGTH
  for (let left = bytes[at - 1] ?? 0; left > 0; left--) {
    if (at + CODED_PREFIX_LENGTH > bytes.length) return Infinity
    at += CODED_PREFIX_LENGTH + bytes.readUInt32BE(at + 1)
  }
  return at
}

/** Of the epoch, with which a position begins and so does an entry, in a store. */
export const EPOCH_LENGTH = 16
/** Places in a stored entry, from 0; the scripts read these, too. */
export const VERSION_AT = EPOCH_LENGTH
export const ETAG_LENGTH_AT = VERSION_AT + 1
export const ETAG_AT = ETAG_LENGTH_AT + 1

const PLAIN = 3
const EXTENDED = 4
/** All that are read. */
export const VERSIONS: readonly number[] = [PLAIN, EXTENDED]
/** A place is never used for another coding. */
const NUMBERED: readonly CodedBody['coding'][] = ['gzip', 'br', 'zstd']
const EXTENSION_LENGTH = 8 + 1
const CODED_PREFIX_LENGTH = 5
const FIXED_LENGTH = 2 + 4 * 8 + 3 * 4

interface Places {
  readonly fixed: number
  readonly headersEnd: number
  readonly tagsEnd: number
  readonly bodyEnd: number
}

/** A view of the bytes; what a hit does not need is not parsed. */
class StoredEntry implements Entry {
  readonly #bytes: Buffer
  readonly #places: Places

  constructor(bytes: Buffer, places: Places) {
    this.#bytes = bytes
    this.#places = places
  }

  get status(): number {
    return this.#bytes.readUInt16BE(this.#places.fixed)
  }
  get generatedAt(): number {
    return this.#bytes.readDoubleBE(this.#places.fixed + 2)
  }
  get freshUntil(): number {
    return this.#bytes.readDoubleBE(this.#places.fixed + 10)
  }
  get staleWhileRevalidateUntil(): number {
    return this.#bytes.readDoubleBE(this.#places.fixed + 18)
  }
  get staleIfErrorUntil(): number {
    return this.#bytes.readDoubleBE(this.#places.fixed + 26)
  }
  get keptUntil(): number | undefined {
    const { bodyEnd } = this.#places
    const keptUntil = bodyEnd === this.#bytes.length ? 0 : this.#bytes.readDoubleBE(bodyEnd)
    return keptUntil === 0 ? undefined : keptUntil
  }
  get etag(): string | undefined {
    return this.#places.fixed === ETAG_AT
      ? undefined
      : this.#bytes.toString('latin1', ETAG_AT, this.#places.fixed)
  }
  get headers(): readonly string[] {
    const lines = this.#bytes.toString('utf8', this.#places.fixed + FIXED_LENGTH, this.#places.headersEnd)
    return lines === '' ? [] : lines.split('\n')
  }
  get tags(): readonly string[] {
    return parseStrings(this.#bytes.toString('utf8', this.#places.headersEnd, this.#places.tagsEnd))
  }
  get body(): Buffer {
    return this.#bytes.subarray(this.#places.tagsEnd, this.#places.bodyEnd)
  }
  get coded(): readonly CodedBody[] | undefined {
    const bytes = this.#bytes
    let at = this.#places.bodyEnd + EXTENSION_LENGTH
    if (at >= bytes.length) return undefined
    const coded: CodedBody[] = []
    while (at < bytes.length) {
      const coding = NUMBERED[bytes.readUInt8(at)]
      const from = at + CODED_PREFIX_LENGTH
      at = from + bytes.readUInt32BE(at + 1)
      if (coding !== undefined) coded.push({ coding, body: bytes.subarray(from, at) })
    }
    return coded
  }
}

const parseStrings = (json: string): readonly string[] => {
  const parsed: unknown = JSON.parse(json)
  return Array.isArray(parsed) ? parsed.map(String) : []
}
