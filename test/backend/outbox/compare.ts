import { get } from '../../support/http.js'
import { cachedReads, comparable, type CachedRead } from '../cached-reads.js'
import { nobody, type Caller } from '../callers.js'
import type { Stage } from './stage.js'

/** Those whom the writes are about most. */
const READS = cachedReads([6, 2, 4], [15, 11])

export interface Comparison {
  readonly compared: number
  /** Of them, answered by a sidecar without the backend. */
  readonly hits: number
  /** Answers that were others than the backend's own, in words. */
  readonly stale: readonly string[]
  /** By read and caller, the backend's own. */
  readonly own: ReadonlyMap<string, string>
}

/**
 * Every cached read through the sidecars beside the backend's own answer. What is one caller's is read by each, the rest by one of
 * those who share it, each time another. Nothing may be written meanwhile.
 */
export const compare = async (stage: Stage, round: number): Promise<Comparison> => {
  const stale: string[] = []
  const own = new Map<string, string>()
  let compared = 0
  let hits = 0
  const ask = async (read: CachedRead, caller: Caller, through: number): Promise<void> => {
    const path = `/api/v1/${read.path}`
    const { headers } = caller
    const truth = textOf(await get(stage.backend.url + path, { headers }))
    const served = await get(`${stage.sidecars[through % stage.sidecars.length]?.proxy ?? ''}${path}`, {
      headers
    })
    const status = String(served.headers['cache-status'])
    compared++
    if (status.startsWith('spms; hit')) hits++
    own.set(`${path} ${read.scope === 'identity' ? caller.name : ''}`, truth)
    if (textOf(served) !== truth)
      stale.push(`${path} of ${caller.name} (${status}): ${difference(textOf(served), truth)}`)
  }
  const signedIn = stage.callers.filter((caller) => caller !== nobody)
  await Promise.all(
    READS.flatMap((read, at) => {
      const sharers = read.scope === 'public' ? stage.callers : signedIn
      const one = sharers[(at + round) % sharers.length] ?? nobody
      const askers = read.scope === 'identity' ? signedIn : [one]
      return askers.map((caller, number) => ask(read, caller, at + number + round))
    })
  )
  return { compared, hits, stale, own }
}

const textOf = ({ status, body }: { readonly status: number; readonly body: Buffer }): string =>
  `${status} ${comparable(body)}`

const difference = (served: string, own: string): string => {
  const at = own.split('').findIndex((unit, index) => unit !== served[index])
  const [is, was] = [own, served].map((text) => text.slice(Math.max(0, at - 60), at + 60))
  return `«${was ?? ''}» for «${is ?? ''}»`
}
