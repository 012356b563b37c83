import { CODED_FROM_BYTES, type Coding, encode, type Encode } from '../../http/codings.js'
import { valueOf, valuesOf, withoutFields } from '../../http/fields.js'
import { bodyBytes, type CodedBody, type Entry } from '../entry.js'
import type { Compressed, Observer } from '../observer.js'
import type { Lookup } from './lookup.js'
import type { Fetched } from './origin-fetch.js'

export interface CompressContext {
  /** In the order in which they are sent to callers without a wish; none: nothing is compressed. */
  readonly codings?: readonly Coding[]
  /** Of a body in all its codings. */
  readonly maxEntryBytes: number
  readonly observer: Pick<Observer, 'compressed'>
  /** Tests put another in its place. */
  readonly encode?: Encode
}

/** Adds to what was fetched for a lookup its body in other codings. Never rejects. */
export type Compress = (lookup: Lookup, fetched: Fetched) => Fetched | Promise<Fetched>

/** Bodies in work at once, in bytes. What comes on top of them is stored as it is, so that no fill waits for long. */
const MOST_IN_WORK = 16 * 1024 * 1024

/**
 * It is done between the origin's answer and the commit, and all who wait for the answer wait for it, too. If they did not,
 * the next lookups would find neither entry nor fetch and ask the origin again; and whoever waits gets the smaller body. It
 * takes 0.2 ms for the usual 10 KB, in another thread, and some 6 ms (gzip) for 400 KB, which a caller at 100 Mbit/s gets
 * 24 ms sooner then.
 */
export const createCompress = ({
  codings: named = [],
  maxEntryBytes,
  observer,
  encode: encodeBody = encode
}: CompressContext): Compress => {
  const codings = [...new Set(named)]
  let inWork = 0

  const codeOne = async (entry: Entry, coding: Coding): Promise<Attempt> => {
    try {
      const body = await encodeBody(entry.body, coding)
      return { coding, outcome: body.length < entry.body.length ? 'kept' : 'larger', body }
    } catch (error) {
      return { coding, outcome: 'failed', error: error instanceof Error ? error : new Error(String(error)) }
    }
  }

  const codeAll = async (entry: Entry): Promise<readonly Attempt[]> => {
    const { length } = entry.body
    if (inWork > 0 && inWork + length > MOST_IN_WORK)
      return codings.map((coding) => ({ coding, outcome: 'busy' }))
    inWork += length
    const attempts = await Promise.all(codings.map((coding) => codeOne(entry, coding)))
    inWork -= length
    return attempts
  }

  const compress = async (entry: Entry, resource: string): Promise<Entry> => {
    const coded: CodedBody[] = []
    for (const attempt of await codeAll(entry)) {
      const { coding, body, ...told } = attempt
      const isRoom =
        body === undefined || bodyBytes({ body: entry.body, coded }) + body.length <= maxEntryBytes
      const outcome = told.outcome === 'kept' && !isRoom ? 'too-large' : told.outcome
      if (outcome === 'kept' && body !== undefined) coded.push({ coding, body })
      observer.compressed({ ...told, resource, coding, outcome })
    }
    return withCoded(entry, coded)
  }

  return (lookup, fetched) => {
    const { resource } = lookup.cacheable
    if (fetched.kind === 'own' || codings.length === 0 || !resource.isCompressed) return fetched
    const { entry, confirmed } = fetched
    if (entry.body.length < CODED_FROM_BYTES || !mayBeCoded(entry.headers)) return fetched
    // A 304 has confirmed the bytes.
    const known = confirmed === undefined ? undefined : lookup.entry?.coded
    const kept = known?.filter(({ coding }) => codings.includes(coding)) ?? []
    if (kept.length > 0) return { ...fetched, entry: withCoded(entry, kept) }
    return compress(entry, resource.name).then((compressed) => ({ ...fetched, entry: compressed }))
  }
}

type Attempt = Omit<Compressed, 'resource'> & { readonly body?: Buffer }

/**
 * Whoever asks for no coding is told, too, that the answer depends on that (RFC 9110 §12.5.5). `Content-Encoding` can only
 * be `identity` here.
 */
const withCoded = (entry: Entry, coded: readonly CodedBody[]): Entry => {
  if (coded.length === 0) return entry
  const headers = withoutFields(entry.headers, (name) => name.toLowerCase() === 'content-encoding')
  return { ...entry, headers: varying(headers), coded }
}

const varying = (headers: readonly string[]): readonly string[] => {
  if (/(?:^|,)\s*accept-encoding\s*(?:,|$)/i.test(valuesOf(headers, 'vary').join())) return headers
  const at = headers.findIndex((name, place) => place % 2 === 0 && name.toLowerCase() === 'vary')
  if (at < 0) return [...headers, 'Vary', 'Accept-Encoding']
  return headers.with(at + 1, `${headers[at + 1] ?? ''}, Accept-Encoding`)
}

/** Text whose origin does not forbid it (RFC 9110 §7.7), and has told no digest of the bytes (RFC 9530). */
const mayBeCoded = (headers: readonly string[]): boolean =>
  COMPRESSIBLE.test(valueOf(headers, 'content-type') ?? '') &&
  !/\bno-transform\b/i.test(valuesOf(headers, 'cache-control').join()) &&
  DIGESTS.every((name) => valueOf(headers, name) === undefined)

const COMPRESSIBLE =
  /^(?:text\/(?!event-stream)|application\/(?:[\w.+-]+\+)?(?:json|xml)\b|application\/javascript\b|image\/svg\+xml\b)/i

const DIGESTS = ['content-md5', 'digest', 'content-digest', 'repr-digest']
