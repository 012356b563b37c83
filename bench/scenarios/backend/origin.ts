import { request } from 'undici'
import { signIn, SUBJECT } from '../../../test/backend/callers.js'
import { startBackend } from '../../../test/backend/start-backend.js'
import type { Entrant, Headers } from '../../load/entrant.js'
import type { BenchOrigin } from '../../origin.js'
import type { Bench } from '../../scenario.js'
import { sidecarMemory, sidecarRedis } from '../../subjects/index.js'
import type { Subject } from '../../subject.js'

/** The Django project of the tests under gunicorn's sync workers, on PostgreSQL. */
export interface BackendOrigin extends BenchOrigin {
  /** Sessions of one user. */
  readonly callers: readonly Headers[]
}

/** What is done in front of it is done on one origin, which ends with the work. */
export const withBackend = async <Result>(
  bench: Bench,
  work: (origin: BackendOrigin) => Promise<Result>
): Promise<Result> => {
  bench.progress('Starting the backend')
  const backend = await startBackend({ workers: WORKERS, maxRequests: 10_000_000 })
  try {
    const callers: Headers[] = []
    for (let number = 0; number < CALLERS; number++)
      callers.push((await signIn(backend.url, `session ${number}`, SUBJECT)).headers)
    const { url, pid } = backend
    return await work({
      url,
      pid,
      callers,
      requests: () => settled(() => backend.answered().requests),
      stop: () => backend.stop()
    })
  } finally {
    await backend.stop()
  }
}

const WORKERS = 3
const CALLERS = 8

/** Its log says what it has answered a moment later. */
const settled = async (count: () => number): Promise<number> => {
  for (let before = -1; ;) {
    const now = count()
    if (now === before) return now
    before = now
    await new Promise((wake) => setTimeout(wake, 50))
  }
}

export const bytesOf = async (origin: BackendOrigin, path: string): Promise<number> => {
  const { statusCode, body } = await request(`${origin.url}${path}`, { headers: origin.callers[0] ?? {} })
  const { byteLength } = await body.arrayBuffer()
  if (statusCode !== 200) throw new Error(`The backend answers ${path} with ${statusCode}.`)
  return byteLength
}

export const BACKEND = 'the backend alone'

/** The backend alone, and the sidecar in front of it, on both stores. */
export const entrantsFor = (origin: BackendOrigin, paths: readonly string[]): readonly Entrant[] => {
  const through = (subject: Subject): Entrant => ({
    name: subject.name,
    missing: () => subject.missing(),
    prepare: async (stage) => {
      const { url, pids } = await stage.start(subject)
      return { url, paths, headers: origin.callers, pids }
    }
  })
  const alone: Entrant = {
    name: BACKEND,
    missing: async () => undefined,
    prepare: async () => ({ url: origin.url, paths, headers: origin.callers, pids: [origin.pid] })
  }
  return [alone, ...[sidecarMemory, sidecarRedis].map(through)]
}
