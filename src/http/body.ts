import { Readable, Transform } from 'node:stream'

/** A request's body ended before its end: its caller broke it off. */
export class IncompleteRequestError extends Error {
  override readonly name = 'IncompleteRequestError'
  constructor() {
    super('the request broke off')
  }
}

/** What a body that is passed on may hold before its source is told to wait; the default differs between versions of Node. */
const BUFFERED_BYTES = 16 * 1024

export type Collected =
  | { readonly kind: 'whole'; readonly bytes: Buffer }
  /** Too large to keep: the same bytes again, what was read so far first. */
  | { readonly kind: 'stream'; readonly body: Readable }

/** Reads a body up to a limit, without losing what lies beyond it. Rejects when it breaks off. */
export const collect = (body: Readable, maxBytes: number): Promise<Collected> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    const take = (chunk: Buffer): void => {
      chunks.push(chunk)
      length += chunk.length
      if (length <= maxBytes) return
      body.off('data', take).pause()
      resolve({ kind: 'stream', body: resumed(chunks, body) })
    }
    body.on('data', take)
    body.once('end', () => resolve({ kind: 'whole', bytes: join(chunks, length) }))
    const breakOff = (): void => reject(body.errored ?? new Error('the body broke off'))
    if (body.destroyed) breakOff()
    body.once('error', breakOff)
    whenBrokenOff(body, breakOff)
  })

/** Runs `told` when a body is closed before its end. */
export const whenBrokenOff = (body: Readable, told: () => void): void => {
  body.once('close', () => {
    if (!body.readableEnded) told()
  })
}

/** The body again, to be passed on. */
export const bodyAgain = (collected: Collected): Readable =>
  collected.kind === 'whole' ? Readable.from([collected.bytes]) : collected.body

const join = (chunks: readonly Buffer[], length: number): Buffer => {
  const [only] = chunks
  return chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, length)
}

/** The chunks that were taken from a body, and what follows them. Its end is the body's, read or not. */
const resumed = (taken: readonly Buffer[], body: Readable): Readable => {
  const whole = new Readable({
    highWaterMark: BUFFERED_BYTES,
    read: () => void body.resume(),
    destroy: (error, done) => {
      body.destroy()
      done(error)
    }
  })
  for (const chunk of taken) whole.push(chunk)
  body.on('data', (chunk: Buffer) => {
    if (!whole.push(chunk)) body.pause()
  })
  body.once('end', () => whole.push(null))
  whenBrokenOff(body, () => whole.destroy(body.errored ?? new Error('the answer broke off')))
  return whole
}

/** `undefined` for what is no JSON. */
export const parseJson = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}

/** Whether what JSON holds is an object: no list, and not null. */
export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

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
    highWaterMark: BUFFERED_BYTES,
    transform: (chunk: Buffer, _, done) => {
      length += chunk.length
      if (length <= maxBytes) chunks.push(chunk)
      done(null, chunk)
    }
  })
  // The origin may not be reading it yet.
  copy.on('error', () => undefined)
  body?.on('error', (error) => copy.destroy(error))
  if (body !== undefined) whenBrokenOff(body, () => copy.destroy(new IncompleteRequestError()))
  return {
    stream: body?.pipe(copy),
    body: () => (length <= maxBytes ? join(chunks, length) : Buffer.alloc(0))
  }
}
