import { get, http, type HttpAnswer } from '../support/http.js'
import { comparable, type CachedRead } from './cached-reads.js'
import { nobody, signInAll, type Caller } from './callers.js'
import { requestOf, targetOf, type WriteCase } from './write-case.js'

/** A sidecar served something else than the backend would have. */
export interface Difference {
  readonly write: string
  readonly read: CachedRead
  readonly caller: string
  /** Through the sidecar that the write went through, or another. */
  readonly through: 'writer' | 'other'
  readonly served: string
  readonly own: string
}

export interface Findings {
  readonly differences: readonly Difference[]
  /** Writes that were answered with another status than the case expects. */
  readonly refused: readonly string[]
  /** Writes after which no read was another than before, though the case expects it. */
  readonly unseen: readonly string[]
  /** Reads that were not in the cache when the next write came. */
  readonly cold: readonly string[]
  readonly compared: number
}

export interface OracleOptions {
  readonly backend: string
  /** Base addresses of the proxies of two sidecars on one Redis. */
  readonly proxies: readonly [string, string]
  readonly reads: readonly CachedRead[]
  readonly writes: readonly WriteCase[]
}

/**
 * Warms every read for five callers through both sidecars, sends each write through one of them in turn, and compares
 * what both serve afterwards with the backend's own answers. What was compared is warm for the next write.
 */
export const askOracle = async ({ backend, proxies, reads, writes }: OracleOptions): Promise<Findings> => {
  const found = { differences: [] as Difference[], refused: [] as string[], unseen: [] as string[] }
  const cold: string[] = []
  let compared = 0
  let own = new Map<string, string>()
  let callers = await signInAll(backend)

  const round = async (title: string, writer: number): Promise<boolean> => {
    const before = own
    own = new Map()
    // The other sidecar first in every second round.
    const order = Math.floor(writer / 2) % 2 === 0 ? [0, 1] : [1, 0]
    const ask = async (read: CachedRead, asked: readonly Caller[]): Promise<void> => {
      const answer = await ownAnswer(backend, read, asked)
      for (const caller of asked) {
        const truth = textOf(await answer(caller))
        own.set(`${caller.name} ${read.path}`, truth)
        for (const which of order) {
          const served = await get(`${proxies[which] ?? ''}/api/v1/${read.path}`, { headers: caller.headers })
          compared++
          const isHit = String(served.headers['cache-status']).startsWith('spms; hit')
          if (which === order[1] && !isHit && truth.startsWith('200 '))
            cold.push(`${title}: ${read.path} of ${caller.name}`)
          if (textOf(served) === truth) continue
          const through = which === writer % 2 ? 'writer' : 'other'
          found.differences.push({
            write: title,
            read,
            caller: caller.name,
            through,
            served: textOf(served),
            own: truth
          })
        }
      }
    }
    // One after the other for what callers share: a second reader must not wait for the first one's fetch.
    await Promise.all(reads.map((read) => ask(read, callers)))
    return [...own].some(([read, text]) => before.get(read) !== text)
  }

  await round('(nothing written)', 0)
  for (const [index, write] of writes.entries()) {
    const { method, path } = targetOf(write)
    const caller = callers.find(({ name }) => name === (write.as ?? 'administrator')) ?? nobody
    const base = proxies[index % 2] ?? ''
    const answer = await http(base + path, { method, ...requestOf(write, write.headers ?? caller.headers) })
    if (answer.status !== write.status)
      found.refused.push(`${write.write}: ${answer.status} ${answer.text().slice(0, 300)}`)
    const isSeen = await round(write.write, index)
    if (!isSeen && write.isUnseen !== true) found.unseen.push(write.write)
    if (write.signInAfter === undefined) continue
    callers = await signInAll(backend, write.signInAfter)
    await round(`signing in after ${write.write}`, index)
  }
  return { ...found, cold, compared }
}

/** What everybody may read is asked for once: the test of the reads shows that it is the same for everybody. */
const ownAnswer = async (backend: string, { path, scope }: CachedRead, callers: readonly Caller[]) => {
  const ask = ({ headers }: Caller) => get(`${backend}/api/v1/${path}`, { headers })
  if (scope !== 'public') return ask
  const shared = await ask(callers[0] ?? nobody)
  return async () => shared
}

const textOf = ({ status, body }: HttpAnswer): string => `${status} ${comparable(body)}`
