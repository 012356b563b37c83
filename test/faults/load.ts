import { Pool } from 'undici'

export interface Shot {
  readonly kind: 'cached' | 'miss' | 'bypass' | 'write'
  readonly method: 'GET' | 'PUT'
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  /** What is wrong with an answer; `undefined` for a right one. */
  readonly wrongIn: (status: number, body: Buffer) => string | undefined
}

export interface Sample {
  readonly kind: Shot['kind']
  /** When it was meant to be sent, on the clock of `performance`. */
  readonly dueAt: number
  /** From then on to the end of the answer: a late sender does not make a slow answer look fast. */
  readonly latencyMs: number
  readonly cacheStatus: string
  /** A transport error, or what is wrong with the answer. */
  readonly failure: string | undefined
}

export interface Load {
  /** Those that have ended, in that order. */
  readonly samples: readonly Sample[]
  /** Resolves when the requests under way have ended, too. */
  stop(): Promise<void>
}

export interface LoadOptions {
  readonly address: string
  readonly perSecond: number
  readonly next: () => Shot
}

const CONNECTIONS = 400
const TIMEOUT_MS = 30_000
const TICK_MS = 2
/** The rate grows from 0 in this time: a process that has just started is slow whatever Redis does. */
const RAMP_MS = 1000

/** An open loop: requests are sent at their times, however long those before them take. */
export const startLoad = ({ address, perSecond, next }: LoadOptions): Load => {
  const pool = new Pool(address, {
    connections: CONNECTIONS,
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS
  })
  const samples: Sample[] = []
  const underWay = new Set<Promise<void>>()
  const startedAt = performance.now()
  const inRamp = (perSecond * RAMP_MS) / 2000
  const dueAtOf = (at: number): number =>
    startedAt +
    (at < inRamp ? RAMP_MS * Math.sqrt(at / inRamp) : RAMP_MS + ((at - inRamp) * 1000) / perSecond)
  let sent = 0
  let stopped: Promise<void> | undefined

  const fire = async (shot: Shot, dueAt: number): Promise<void> => {
    const { kind } = shot
    const ended = (cacheStatus: string, failure: string | undefined): void =>
      void samples.push({ kind, dueAt, latencyMs: performance.now() - dueAt, cacheStatus, failure })
    try {
      const answer = await pool.request({
        method: shot.method,
        path: shot.path,
        headers: shot.headers,
        body: shot.body ?? null
      })
      const body = Buffer.from(await answer.body.arrayBuffer())
      const wrong = shot.wrongIn(answer.statusCode, body)
      ended(String(answer.headers['cache-status']), wrong && `${shot.method} ${shot.path}: ${wrong}`)
    } catch (error) {
      ended('', `${shot.method} ${shot.path}: ${String(error)}`)
    }
  }

  const timer = setInterval(() => {
    const now = performance.now()
    for (let dueAt = dueAtOf(sent); dueAt <= now; dueAt = dueAtOf(++sent)) {
      const fired = fire(next(), dueAt)
      underWay.add(fired)
      void fired.then(() => underWay.delete(fired))
    }
  }, TICK_MS)

  const stop = async (): Promise<void> => {
    clearInterval(timer)
    await Promise.all(underWay)
    await pool.close()
  }
  return { samples, stop: () => (stopped ??= stop()) }
}
