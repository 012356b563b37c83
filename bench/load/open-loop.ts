import { setTimeout } from 'node:timers/promises'
import { Pool } from 'undici'

/** Requests of one kind that are sent at a fixed rate. */
export interface Stream {
  readonly name: string
  /** Where they go, without a path. */
  readonly url: string
  readonly perSecond: number
  readonly next: () => Shot
}

export interface Shot {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
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

const CONNECTIONS = 256
const TIMEOUT_MS = 10_000

/**
 * An open loop: every request is sent at its time, however long those before it take. Resolves with all samples
 * when the last answer has come, at most `durationMs` and a time-out after the start.
 */
export const runOpenLoop = async (streams: readonly Stream[], durationMs: number): Promise<Sample[]> => {
  const samples: Sample[] = []
  const startedAt = performance.now()
  await Promise.all(streams.map((stream) => runStream(stream, { startedAt, durationMs, samples })))
  return samples
}

interface Run {
  readonly startedAt: number
  readonly durationMs: number
  readonly samples: Sample[]
}

const runStream = async (stream: Stream, { startedAt, durationMs, samples }: Run): Promise<void> => {
  const pool = new Pool(stream.url, {
    connections: CONNECTIONS,
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS
  })
  const total = Math.floor((durationMs / 1000) * stream.perSecond)
  const answers: Promise<void>[] = []
  while (answers.length < total) {
    const now = performance.now()
    for (;;) {
      const dueAt = startedAt + (answers.length * 1000) / stream.perSecond
      if (dueAt > now || answers.length === total) break
      answers.push(fire(pool, stream, dueAt).then((sample) => void samples.push(sample)))
    }
    await setTimeout(1)
  }
  await Promise.all(answers)
  await pool.destroy()
}

const fire = async (pool: Pool, { name, next }: Stream, dueAt: number): Promise<Sample> => {
  const { method, path, headers, body = null } = next()
  const ended = (status: number, isHit: boolean): Sample => ({
    stream: name,
    dueAt,
    latencyMs: performance.now() - dueAt,
    status,
    isHit
  })
  try {
    const answer = await pool.request({ method, path, headers, body })
    await answer.body.dump({ limit: Infinity })
    return ended(answer.statusCode, isHit(answer.headers))
  } catch {
    return ended(0, false)
  }
}

/** RFC 9211, and the fields by which nginx and Varnish are set up to say it. */
const isHit = (headers: Readonly<Record<string, string | string[] | undefined>>): boolean =>
  ['cache-status', 'x-cache-status', 'x-cache'].some((name) => /\bhit\b/i.test(String(headers[name])))
