import { Readable, Transform } from 'node:stream'
import { OriginError } from './errors.js'

export type Collected =
  /** All its bytes, and the same as a stream. */
  | { readonly kind: 'whole'; readonly bytes: Buffer; readonly body: Readable }
  /** Too large to keep: the same bytes again, what was read so far first. */
  | { readonly kind: 'stream'; readonly body: Readable }

/** Reads a body up to a limit, without losing what lies beyond it. `OriginError` when it breaks off. */
export const collect = async (body: Readable, maxBytes: number): Promise<Collected> => {
  const chunks: Buffer[] = []
  let length = 0
  const source: AsyncIterator<Buffer> = body[Symbol.asyncIterator]()
  for (;;) {
    const next = await source.next().catch(brokenOff)
    if (next.done === true) return { kind: 'whole', bytes: join(chunks, length), body: Readable.from(chunks) }
    chunks.push(next.value)
    length += next.value.length
    if (length > maxBytes) return { kind: 'stream', body: resumed(chunks, source, body) }
  }
}

const brokenOff = (cause: unknown): never => {
  throw new OriginError('unreachable', { cause })
}

const join = (chunks: readonly Buffer[], length: number): Buffer => {
  const [only] = chunks
  return chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, length)
}

/**
 * The chunks and what follows them. Its end is the body's, read or not: a generator would be asked to end only
 * after the chunk that it waits for.
 */
const resumed = (chunks: readonly Buffer[], source: AsyncIterator<Buffer>, body: Readable): Readable => {
  const kept = chunks.values()
  const next = async (): Promise<Buffer | null> => {
    const known = kept.next()
    if (known.done !== true) return known.value
    const read = await source.next()
    return read.done === true ? null : read.value
  }
  return new Readable({
    read() {
      next().then(
        (chunk) => this.push(chunk),
        (error: unknown) => this.destroy(error instanceof Error ? error : new Error(String(error)))
      )
    },
    destroy: (error, done) => {
      body.destroy()
      done(error)
    }
  })
}

/** `undefined` for what is no JSON. */
export const parseJson = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}

export interface CopiedBody {
  /** The body, passing through. */
  readonly stream: Readable | undefined
  /** What has passed so far; nothing when it was too much. */
  body(): Buffer
}

/** Lets a body pass and remembers it up to a limit. */
export const copyBody = (body: Readable | undefined, maxBytes: number): CopiedBody => {
  const chunks: Buffer[] = []
  let length = 0
  const copy = new Transform({
    transform: (chunk: Buffer, _, done) => {
      length += chunk.length
      if (length <= maxBytes) chunks.push(chunk)
      done(null, chunk)
    }
  })
  // The origin may not be reading it yet.
  copy.on('error', () => undefined)
  body?.on('error', (error) => copy.destroy(error))
  body?.once('close', () => {
    if (!body.readableEnded) copy.destroy(new Error('the request broke off'))
  })
  return {
    stream: body?.pipe(copy),
    body: () => (length <= maxBytes ? join(chunks, length) : Buffer.alloc(0))
  }
}
