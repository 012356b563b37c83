import { runClosedRounds } from '../../load/closed-rounds.js'
import { tableOf } from '../../load/tables.js'
import type { Bench, Scenario, Table } from '../../scenario.js'
import { bytesOf, entrantsFor, withBackend, type BackendOrigin } from './origin.js'

const NOTE =
  'Median (least–greatest) of interleaved rounds with 8 connections. Of the backend alone it is the CPU time of gunicorn and its ' +
  'workers, without PostgreSQL. The load generator shares a core with them.'

/** More would wait in front of three workers. */
const CONNECTIONS = 8

/** What the pages of the frontend ask for most. */
const CACHED = [
  '/api/v1/users/me',
  '/api/v1/projects/mine',
  '/api/v1/agencies/branches',
  '/api/v1/users/staffprofiles',
  '/api/v1/users/6/projects'
]

export const hit: Scenario = {
  name: 'hit',
  title: 'A hit, beside the same read of the backend',
  run: (bench) => tablesOf(bench, { paths: CACHED, areHits: true, titleOf: (path) => `Hit of ${path}` })
}

export const forward: Scenario = {
  name: 'forward',
  title: 'A read that no row is for: what passing it on adds',
  run: (bench) =>
    tablesOf(bench, {
      paths: ['/api/v1/projects/5', '/api/v1/projects/list'],
      areHits: false,
      titleOf: (path) => `${path}, passed on`
    })
}

interface Reads {
  readonly paths: readonly string[]
  readonly areHits: boolean
  readonly titleOf: (path: string) => string
}

const tablesOf = (bench: Bench, { paths, areHits, titleOf }: Reads) =>
  withBackend(bench, async (origin) => {
    const tables: Table[] = []
    for (const path of bench.isQuick ? paths.slice(0, 1) : paths)
      tables.push(await measure(bench, origin, { path, areHits, title: titleOf(path) }))
    return { tables, charts: [], targets: [] }
  })

interface Read {
  readonly path: string
  readonly areHits: boolean
  readonly title: string
}

const measure = async (
  bench: Bench,
  origin: BackendOrigin,
  { path, areHits, title }: Read
): Promise<Table> => {
  const bodyBytes = await bytesOf(origin, path)
  const lengths = bench.isQuick ? { rounds: 2, roundMs: 2000 } : { rounds: 5, roundMs: 5000 }
  const entrants = entrantsFor(origin, [path])
  const common = { title, bodyBytes, origin, connections: CONNECTIONS, ...lengths }
  // What is asked of the backend itself is no hit, so that it is measured apart.
  const [alone, through] = [entrants.slice(0, 1), entrants.slice(1)]
  const rounds = areHits
    ? new Map([
        ...(await runClosedRounds(bench, { ...common, entrants: alone, areHits: false })),
        ...(await runClosedRounds(bench, { ...common, entrants: through, areHits }))
      ])
    : await runClosedRounds(bench, { ...common, entrants, areHits })
  return tableOf(`${title}, ${bodyBytes} bytes`, rounds, NOTE)
}
