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

/** Closes the body with itself, also when nobody has begun to read it. */
const resumed = (chunks: readonly Buffer[], source: AsyncIterator<Buffer>, body: Readable): Readable =>
  Readable.from(replay(chunks, source)).once('close', () => body.destroy())

async function* replay(chunks: readonly Buffer[], source: AsyncIterator<Buffer>) {
  yield* chunks
  for (let next = await source.next(); next.done !== true; next = await source.next()) yield next.value
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
  body?.on('error', (error) => copy.destroy(error))
  body?.once('close', () => {
    if (!body.readableEnded) copy.destroy(new Error('the request broke off'))
  })
  return {
    stream: body?.pipe(copy),
    body: () => (length <= maxBytes ? join(chunks, length) : Buffer.alloc(0))
  }
}
