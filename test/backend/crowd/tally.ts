import { nameOf, readRowOf, readTable, rowOf, type Table } from '../table.js'
import type { Asked } from './record.js'
import type { CrowdReport } from './send-crowd.js'

/** Reads of one row, or of all. */
export interface Tally {
  /** That left a browser, and were looked up or bypassed. */
  readonly reads: number
  readonly hits: number
  /** Why the others were not, with how many. */
  readonly reasons: ReadonlyMap<string, number>
}

export interface Tallies {
  /** By the path of the row, in the table's order. */
  readonly rows: ReadonlyMap<string, Tally>
  /** GET requests that no row is for, or that bypass the cache, by path and reason. */
  readonly bypassed: ReadonlyMap<string, number>
  /** The writes since an entry was stored that is invalidated: where there was one kind of them, which; else `several`. */
  readonly causes: ReadonlyMap<string, number>
  /** Log-ins, edits, and reads in the form of a POST, by method and path. */
  readonly writes: ReadonlyMap<string, number>
}

/** Counts what was asked for at this second of the crowd or later. */
export const tally = (report: CrowdReport, from = 0): Tallies => {
  const table = readTable()
  const rows = new Map<string, Tally & { reads: number; hits: number; reasons: Map<string, number> }>()
  const bypassed = new Map<string, number>()
  const writes = new Map<string, number>()
  const causes = new Map<string, number>()
  const written: { readonly at: number; readonly name: string }[] = []
  const storedAt = new Map<string, number>()

  for (const each of [...report.asked].sort((one, other) => one.at - other.at)) {
    const path = each.path.replace(/\?.*$/, '')
    const row = each.method === 'GET' ? readRowOf(table, `/api/v1/${path}`) : undefined
    const key = `${each.path}${row?.scope === 'identity' ? ` ${each.caller}` : ''}`
    const stored = storedAt.get(key)
    const life = (row?.ttl ?? 0) + (row?.staleWhileRevalidate ?? 0)
    const reason = reasonOf(each, stored, life, report.killedAt)
    if (each.cacheStatus.endsWith('; stored')) storedAt.set(key, each.at)
    const write = each.method === 'GET' ? undefined : `${each.method} ${templateOf(path)}`
    if (write !== undefined && mayInvalidate(table, each.method, path))
      written.push({ at: each.at, name: write })
    if (reason === 'set-cookie') written.push({ at: each.at, name: 'single sign-on' })
    if (each.at < from) continue
    if (write !== undefined) {
      add(writes, write)
      continue
    }
    if (reason === 'invalidated') {
      const since = new Set(written.filter(({ at }) => at > (stored ?? 0)).map(({ name }) => name))
      const [only = 'several'] = since
      add(causes, since.size > 1 ? 'several' : only)
    }
    if (reason.startsWith('bypass'))
      add(bypassed, `${templateOf(each.path)}: ${reason.replace('bypass ', '')}`)
    if (row === undefined) continue
    const counts = rows.get(row.path) ?? { reads: 0, hits: 0, reasons: new Map<string, number>() }
    counts.reads++
    if (reason === 'hit') counts.hits++
    else add(counts.reasons, reason.startsWith('bypass') ? 'bypass' : reason)
    rows.set(row.path, counts)
  }
  const inOrder = table.resources.flatMap(({ path }) => {
    const counts = rows.get(path)
    return counts === undefined ? [] : [[path, counts] as const]
  })
  return {
    rows: new Map(inOrder),
    bypassed: sorted(bypassed),
    causes: sorted(causes),
    writes: sorted(writes)
  }
}

/**
 * Why a read was answered as it was. `Cache-Status` does not say what became of an entry that was stored: that is told by
 * when it was.
 */
const reasonOf = (
  { at, cacheStatus }: Asked,
  storedAt: number | undefined,
  life: number,
  killedAt: number
): string => {
  if (cacheStatus.startsWith('spms; hit')) return 'hit'
  const [, detail] = /; detail=([\w-]+)/.exec(cacheStatus) ?? []
  if (cacheStatus.includes('fwd=bypass')) return `bypass ${detail ?? ''}`
  if (detail !== undefined) return detail
  if (cacheStatus.endsWith('; collapsed')) return 'collapsed'
  if (storedAt === undefined) return 'first'
  if (at - storedAt >= life - 1) return 'expired'
  return storedAt < killedAt && at >= killedAt ? 'Redis killed' : 'invalidated'
}

export const totalOf = (tallies: Iterable<Tally>): Tally => {
  const reasons = new Map<string, number>()
  let reads = 0
  let hits = 0
  for (const each of tallies) {
    reads += each.reads
    hits += each.hits
    for (const [reason, count] of each.reasons) reasons.set(reason, (reasons.get(reason) ?? 0) + count)
  }
  return { reads, hits, reasons }
}

/** But a log-in by password, and a write whose row says that it changes nothing. */
const mayInvalidate = (table: Table, method: string, path: string): boolean => {
  const name = rowOf(table, method, `/api/v1/${path}`)
  const row = table.writes.find((each) => nameOf(each) === name)
  return path !== 'users/log-in' && !path.startsWith('communications/') && row?.tags.length !== 0
}

const templateOf = (path: string): string =>
  path.replaceAll(/(?<=\/)\d+/g, '{id}').replaceAll(/=[^&]*/g, '=…')

const add = (counts: Map<string, number>, name: string): void => {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}

const sorted = (counts: ReadonlyMap<string, number>): ReadonlyMap<string, number> =>
  new Map([...counts].sort(([, one], [, other]) => other - one))
