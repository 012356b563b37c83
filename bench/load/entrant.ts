import { Agent, request } from 'undici'
import { eventually } from '../../test/support/eventually.js'
import type { BenchOrigin } from '../origin.js'
import type { Bench } from '../scenario.js'
import type { Stage } from '../stage.js'
import { sidecarRedis } from '../subjects/index.js'
import type { Subject } from '../subject.js'

export type Headers = Readonly<Record<string, string>>

/** What one row of a comparison asks of whom. */
export interface Entrant {
  readonly name: string
  readonly missing: Subject['missing']
  /** Puts in place what is to be asked for, where the subject runs already. */
  readonly prepare: (stage: Stage) => Promise<Endpoint>
}

export interface Endpoint {
  readonly url: string
  readonly socketPath?: string | undefined
  /** In turn, or one for each request. */
  readonly paths: readonly string[] | (() => string)
  /** In turn. */
  readonly headers: readonly Headers[]
  readonly pids: readonly number[]
}

const callerOf = (session: number): Headers => ({
  accept: 'application/json',
  cookie: `sessionid=0123456789abcdefghijklmnop${String(session).padStart(6, '0')}`
})

/** A caller who is signed in. */
export const CALLER = callerOf(0)

const CALLERS = Array.from({ length: 64 }, (_, session) => callerOf(session))

/** A read of the caller's own profile, for one caller only. */
export const PROFILE = '/api/v1/users/me'

/** Reads a path through a proxy, or of a floor. */
export const readsThrough = (
  subject: Subject,
  paths: Endpoint['paths'],
  headers: Endpoint['headers'] = [CALLER]
): Entrant => ({
  name: subject.name,
  missing: () => subject.missing(),
  prepare: async (stage) => {
    const { url, pids } = await stage.start(subject)
    return { url, paths, headers, pids }
  }
})

/**
 * A profile; of the sidecar on Redis those of many callers, because it asks Redis once for what is read at one
 * moment. Of the others one is read by one caller, which is the least work for them.
 */
export const readsProfile = (subject: Subject): Entrant => readsForCallers(subject, PROFILE)

/** The caller's projects, for one caller only: several records, dearer to parse than a profile. */
export const readsProjects = (subject: Subject): Entrant => readsForCallers(subject, '/api/v1/projects/mine')

const readsForCallers = (subject: Subject, path: string): Entrant =>
  readsThrough(subject, [path], subject === sidecarRedis ? CALLERS : [CALLER])

/** Those whose programs are there. */
export const present = async <Of extends Pick<Subject, 'name' | 'missing'>>(
  all: readonly Of[],
  bench: Bench
): Promise<readonly Of[]> => {
  const missing = await Promise.all(all.map((one) => one.missing()))
  missing.forEach((reason, at) => {
    if (reason !== undefined) bench.progress(`without ${all[at]?.name ?? ''}: ${reason}`)
  })
  return all.filter((_, at) => missing[at] === undefined)
}

/** What is asked for first. */
export const firstOf = ({ paths, headers }: Pick<Endpoint, 'paths' | 'headers'>) => ({
  path: (typeof paths === 'function' ? paths() : paths[0]) ?? '',
  headers: headers[0] ?? CALLER
})

/** Reads until the answer is a whole 200 for which the origin was not asked: a hit. Rejects when none comes. */
export const becomesHit = async (
  endpoint: Endpoint,
  origin: BenchOrigin,
  bodyBytes: number
): Promise<void> => {
  const { url, socketPath } = endpoint
  const dispatcher = new Agent(socketPath === undefined ? {} : { connect: { socketPath } })
  const { path, headers } = firstOf(endpoint)
  const isHit = async (): Promise<boolean> => {
    const before = await origin.requests()
    const { statusCode, body } = await request(`${url}${path}`, { headers, dispatcher })
    const { byteLength } = await body.arrayBuffer()
    if (statusCode !== 200) throw new Error(`${path} was answered with ${statusCode}.`)
    if (byteLength !== bodyBytes) throw new Error(`${path} has ${byteLength} bytes, not ${bodyBytes}.`)
    return (await origin.requests()) === before
  }
  try {
    await eventually(isHit)
  } catch (cause) {
    throw new Error(`${path} of ${url} has not become a hit.`, { cause })
  } finally {
    await dispatcher.destroy()
  }
}
