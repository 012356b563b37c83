import { setTimeout } from 'node:timers/promises'
import { openConnection, requestText, type Connection, type RequestParts } from './connection.js'

/** Requests of one kind that are sent at a fixed rate. */
export interface Stream {
  readonly name: string
  /** Where they go, without a path. */
  readonly url: string
  readonly perSecond: number
  readonly next: () => RequestParts
}

export interface Sample {
  readonly stream: string
  /** When it was to be sent, on the clock of `performance`. */
  readonly dueAt: number
  /** From then to the end of the answer, so that waiting is not hidden, nor is a late sender. */
  readonly latencyMs: number
  /** 0 when there was no answer. */
  readonly status: number
  /** Whether the answer says that it came from a cache. */
  readonly isHit: boolean
}

const TIMEOUT_MS = 10_000

/** Keeps its connections from one run to the next. */
export interface OpenLoop {
  /** Resolves with all samples when the last answer has come, at most `durationMs` and a time-out after the start. */
  readonly run: (durationMs: number) => Promise<Sample[]>
  readonly close: () => void
}

/** Every request is sent at its time, however long those before it take. */
export const createOpenLoop = (streams: readonly Stream[]): OpenLoop => {
  const senders = streams.map((stream): Sender => ({ stream, idle: [] }))
  return {
    run: async (durationMs) => {
      const samples: Sample[] = []
      const startedAt = performance.now()
      await Promise.all(senders.map((sender) => send(sender, { startedAt, durationMs, samples })))
      return samples
    },
    close: () => {
      for (const { idle } of senders) for (const connection of idle.splice(0)) connection.close()
    }
  }
}

/** One run of an open loop. */
export const runOpenLoop = async (streams: readonly Stream[], durationMs: number): Promise<Sample[]> => {
  const loop = createOpenLoop(streams)
  try {
    return await loop.run(durationMs)
  } finally {
    loop.close()
  }
}

interface Sender {
  readonly stream: Stream
  readonly idle: Connection[]
}

interface Run {
  readonly startedAt: number
  readonly durationMs: number
  readonly samples: Sample[]
}

const send = async ({ stream, idle }: Sender, { startedAt, durationMs, samples }: Run): Promise<void> => {
  const total = Math.floor((durationMs / 1000) * stream.perSecond)
  let sent = 0
  let ended = 0
  while (ended < total) {
    const now = performance.now()
    for (; sent < total; sent++) {
      const dueAt = startedAt + (sent * 1000) / stream.perSecond
      if (dueAt > now) break
      void fire(idle, stream, dueAt).then((sample) => {
        samples.push(sample)
        ended++
      })
    }
    await setTimeout(1)
  }
}

/** Over the connection that was used last, or a new one when none is idle. */
const fire = async (idle: Connection[], { name, url, next }: Stream, dueAt: number): Promise<Sample> => {
  const request = requestText(url, next())
  const ended = (status: number, isHit: boolean): Sample => ({
    stream: name,
    dueAt,
    latencyMs: performance.now() - dueAt,
    status,
    isHit
  })
  try {
    const connection = lastOpen(idle) ?? (await openConnection(url))
    const { status, text } = await connection.exchange(request, TIMEOUT_MS)
    idle.push(connection)
    return ended(status, HIT.test(text))
  } catch {
    return ended(0, false)
  }
}

const lastOpen = (idle: Connection[]): Connection | undefined => {
  for (;;) {
    const connection = idle.pop()
    if (connection === undefined || connection.isOpen) return connection
    connection.close()
  }
}

/** RFC 9211, and the fields by which nginx and Varnish are set up to say it. */
const HIT = /\r\n(?:cache-status|x-cache-status|x-cache):.*\bhit\b/
