import { comparable } from '../../test/backend/cached-reads.js'
import { get } from '../../test/support/http.js'
import type { Cell, Table } from '../scenario.js'
import { cpuTimeOf } from '../load/cpu-time.js'
import type { Headers } from '../load/entrant.js'
import { interleave } from '../load/interleave.js'
import { summarise } from '../load/statistics.js'
import { COMPONENTS, startContestants, type Contestant } from './contestants.js'
import { runLoad, type Load } from './load.js'

/** A page of the frontend, by the read that it waits for. */
interface Page {
  readonly title: string
  readonly paths: readonly string[]
}

const USERS = Array.from({ length: 20 }, (_, at) => at + 1)
const PAGES: readonly Page[] = [
  { title: 'Profile: users/{id} of 20 people', paths: USERS.map((user) => `/api/v1/users/${user}`) },
  { title: 'My projects: projects/mine of 8 people', paths: ['/api/v1/projects/mine'] },
  { title: 'Branches: agencies/branches', paths: ['/api/v1/agencies/branches'] },
  { title: 'Staff directory: users/staffprofiles', paths: ['/api/v1/users/staffprofiles'] }
]
/** One for each worker: more would wait in front of them. */
const CONNECTIONS = 3

const NOTE =
  `Median (least–greatest) of interleaved rounds, ${CONNECTIONS} connections, 3 sync workers of gunicorn, throttles off. CPU time is in ` +
  'milliseconds per request. The load generator shares the cores with all of them.'

export interface PagesOptions {
  readonly isQuick: boolean
  readonly progress: (line: string) => void
}

/** A table for each page: the same Django on the same records with each kind of cache. */
export const measurePages = async ({ isQuick, progress }: PagesOptions): Promise<readonly Table[]> => {
  const lengths = isQuick ? { rounds: 2, roundMs: 1500 } : { rounds: 5, roundMs: 4000 }
  const { contestants, callers, stop } = await startContestants()
  try {
    const tables: Table[] = []
    for (const page of PAGES) {
      await warm(page, contestants, callers)
      for (const { url } of contestants)
        await runLoad({ ...page, url, callers, connections: CONNECTIONS, durationMs: 1000 })
      const measured = await interleave(contestants, lengths.rounds, async (contestant) => {
        const { url } = contestant
        const load = { ...page, url, callers, connections: CONNECTIONS, durationMs: lengths.roundMs }
        const figures = await measure(contestant, load)
        progress(`${page.title}: ${contestant.name} p50 ${figures.p50Ms.toFixed(1)} ms`)
        return figures
      })
      tables.push(tableOf(page, measured))
    }
    return tables
  } finally {
    await stop()
  }
}

/**
 * Reads everything through everybody, twice. Rejects when somebody answers something else than the backend without a cache, which
 * comes first.
 */
const warm = async (
  { paths }: Page,
  contestants: readonly Contestant[],
  callers: readonly Headers[]
): Promise<void> => {
  for (const path of paths) {
    for (const headers of callers) {
      let own: string | undefined
      for (const { name, url } of [...contestants, ...contestants]) {
        const { status, body } = await get(`${url}${path}`, { headers })
        if (status !== 200) throw new Error(`${name} answers ${path} with ${status}.`)
        own ??= comparable(body)
        if (comparable(body) !== own) throw new Error(`${name} answers ${path} in another way.`)
      }
    }
  }
}

interface Figures {
  readonly p50Ms: number
  readonly p99Ms: number
  readonly perSecond: number
  /** Of the database, per request. */
  readonly queries: number
  /** Milliseconds of CPU time per request, by component. */
  readonly cpuMs: Readonly<Record<string, number>>
}

const measure = async ({ backend, pids }: Contestant, load: Load): Promise<Figures> => {
  const queriesBefore = await settled(() => backend.answered().queries)
  const cpuBefore = COMPONENTS.map((name) => cpuTimeOf(pids[name]))
  const { requests, p50Ms, p99Ms, perSecond } = await runLoad(load)
  const cpuMs = Object.fromEntries(
    COMPONENTS.map((name, at) => [name, (cpuTimeOf(pids[name]) - (cpuBefore[at] ?? 0)) / requests / 1000])
  )
  const queries = ((await settled(() => backend.answered().queries)) - queriesBefore) / requests
  return { p50Ms, p99Ms, perSecond, queries, cpuMs }
}

/** Its log says what it has answered a moment later. */
const settled = async (count: () => number): Promise<number> => {
  for (let before = -1; ;) {
    const now = count()
    if (now === before) return now
    before = now
    await new Promise((wake) => setTimeout(wake, 100))
  }
}

const tableOf = (page: Page, measured: ReadonlyMap<Contestant, readonly Figures[]>): Table => ({
  title: page.title,
  columns: ['', 'p50 ms', 'p99 ms', 'requests/s', 'queries', 'CPU, all', ...COMPONENTS],
  rows: [...measured].map(([{ name }, rounds]): readonly Cell[] => {
    const of = (figure: (each: Figures) => number) => summarise(rounds.map(figure))
    const all = (each: Figures): number => Object.values(each.cpuMs).reduce((sum, ms) => sum + ms, 0)
    return [
      name,
      of(({ p50Ms }) => p50Ms),
      of(({ p99Ms }) => p99Ms),
      of(({ perSecond }) => perSecond),
      of(({ queries }) => queries).median,
      of(all),
      ...COMPONENTS.map((component) => of(({ cpuMs }) => cpuMs[component] ?? 0).median)
    ]
  }),
  note: NOTE
})
