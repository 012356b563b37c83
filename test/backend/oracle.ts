import { get, http, type HttpAnswer } from '../support/http.js'
import { comparable, type CachedRead } from './cached-reads.js'
import { nobody, signInAll, type Caller } from './callers.js'
import { requestOf, targetOf, type WriteCase } from './write-case.js'

/** A sidecar served something else than the backend would have. */
export interface Difference {
  readonly write: WriteCase
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
  /** The others go around the sidecars, and what is cached is warm again before the next one of these. */
  readonly isAsked?: (write: WriteCase) => boolean
  /** The row that is read before all others. */
  readonly first?: string
  /** Empties what both sidecars share. */
  readonly forget: () => Promise<void>
  /** Everybody reads everything after each write, and not only after those that end sessions. */
  readonly isWide?: boolean
}

/**
 * Warms every read for five callers through both sidecars, sends each write through one of them in turn, and compares
 * what both serve afterwards with the backend's own answers. What was compared is warm for the next write.
 */
export const askOracle = async (options: OracleOptions): Promise<Findings> => {
  const { backend, proxies, writes, isAsked = () => true, forget } = options
  const found = {
    differences: [] as Difference[],
    refused: [] as string[],
    unseen: [] as string[],
    cold: [] as string[]
  }
  let compared = 0
  let callers = await signInAll(backend)
  let before: Round | undefined

  for (const [index, write] of writes.entries()) {
    const { method, path } = targetOf(write)
    const caller = callers.find(({ name }) => name === (write.as ?? 'administrator')) ?? nobody
    const writer = index % 2
    const everybody = { ...options, isWide: options.isWide === true || write.endsSessions === true }
    if (isAsked(write) && (before === undefined || everybody.isWide)) {
      await forget()
      before = await round({ ...options, isWide: true }, callers, index)
      found.cold.push(...before.cold)
    }
    const base = isAsked(write) ? (proxies[writer] ?? '') : backend
    const answer = await http(base + path, { method, ...requestOf(write, write.headers ?? caller.headers) })
    const isExpected = answer.status === write.status
    if (!isExpected) found.refused.push(`${write.write}: ${answer.status} ${answer.text().slice(0, 300)}`)

    if (isAsked(write) && before !== undefined) {
      const after = await round(everybody, callers, index)
      compared += after.compared
      found.cold.push(...after.cold.map((read) => `after ${write.write}: ${read}`))
      for (const { which, ...wrong } of after.wrong) {
        found.differences.push({ write, ...wrong, through: which === writer ? 'writer' : 'other' })
      }
      const isSeen = [...after.own].some(([read, text]) => (before?.own.get(read) ?? text) !== text)
      if (!isSeen && write.isUnseen !== true) found.unseen.push(write.write)
      // What was not asked for this time is as it was when it was asked for last.
      before = { ...after, own: new Map([...before.own, ...after.own]) }
    } else {
      before = undefined
    }
    if (write.endsSessions === true) before = undefined
    if (write.signInAfter === undefined) continue
    callers = await signInAll(backend, write.signInAfter)
  }
  return { ...found, compared }
}

interface Round {
  readonly own: ReadonlyMap<string, string>
  readonly wrong: readonly (Omit<Difference, 'write' | 'through'> & { readonly which: number })[]
  readonly cold: readonly string[]
  readonly compared: number
}

/** Every read through both sidecars, beside the backend's own answer. */
const round = async (options: OracleOptions, callers: readonly Caller[], index: number): Promise<Round> => {
  const { backend, proxies, reads } = options
  const own = new Map<string, string>()
  const found = { wrong: [] as Round['wrong'][number][], cold: [] as string[] }
  let compared = 0
  // The writer's own comes first in half of the rounds.
  const order = index % 4 < 2 ? [0, 1] : [1, 0]

  const ask = async (read: CachedRead): Promise<void> => {
    const path = `/api/v1/${read.path}`
    const isPublic = read.scope === 'public'
    let shared: string | undefined
    for (const { name, headers } of askedBy(read, options, callers, index)) {
      // The test of the reads shows that what is public is the same for everybody.
      const truth = shared ?? textOf(await get(backend + path, { headers }))
      if (isPublic) shared = truth
      own.set(isPublic ? path : `${path} ${name}`, truth)
      for (const which of order) {
        const served = await get(`${proxies[which] ?? ''}${path}`, { headers })
        compared++
        const text = textOf(served)
        if (text !== truth) found.wrong.push({ read, caller: name, which, served: text, own: truth })
        const isHit = String(served.headers['cache-status']).startsWith('spms; hit')
        if (which === order[1] && !isHit && truth.startsWith('200 '))
          found.cold.push(`${read.path} of ${name}`)
      }
    }
  }
  // The callers of one read come one after the other: a second one must not wait for the first one's fetch.
  const first = reads.filter(({ row }) => row === options.first)
  await Promise.all(first.map(ask))
  await Promise.all(reads.filter((read) => !first.includes(read)).map(ask))
  return { own, ...found, compared }
}

/** In turn, two of those who share an entry; nobody, whose other reads are never cached, now and then. */
const askedBy = (
  { scope }: CachedRead,
  { isWide = false }: OracleOptions,
  callers: readonly Caller[],
  index: number
): readonly Caller[] => {
  if (isWide) return callers
  const readers = scope === 'public' ? callers : callers.filter((caller) => caller !== nobody)
  if (scope === 'identity') return index % 8 === 0 ? callers : readers
  return readers.filter((_, at) => (at + index) % readers.length < 2)
}

const textOf = ({ status, body }: HttpAnswer): string => `${status} ${comparable(body)}`
