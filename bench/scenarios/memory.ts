import { fillThroughProxy } from '../growth/fill-through-proxy.js'
import { embeddedMeter, redisMeter, type MeterKind } from '../growth/memory-meters.js'
import { startOrigin } from '../origin.js'
import type { Bench, Scenario, Table } from '../scenario.js'

interface EntryKind {
  readonly name: string
  readonly bodyBytes: number
  readonly pathOf: (number: number) => string
}

const PROFILE: EntryKind = {
  name: 'profile, 1 KB',
  bodyBytes: 1024,
  pathOf: (number) => `/api/v1/users/${number + 1}`
}
const PROJECTS: EntryKind = {
  name: 'list of 5 projects, 10 KB',
  bodyBytes: 10 * 1024,
  pathOf: (number) => `/api/v1/users/${number + 1}/projects`
}

/** Entries that are there before the first look, so that what is set up once does not count. */
const BEFORE = 500

export const memory: Scenario = {
  name: 'memory',
  title: 'Memory per entry',
  run: async (bench) => {
    const sizes = bench.isQuick ? [3000] : [10_000, 100_000]
    const kinds = bench.isQuick ? [PROFILE] : [PROFILE, PROJECTS]
    const tables = []
    for (const meter of [embeddedMeter, redisMeter]) {
      const rows = []
      for (const kind of kinds) rows.push(...(await measure(bench, { kind, meter, sizes })))
      tables.push(tableOf(meter, rows))
    }
    return { tables, charts: [], targets: [] }
  }
}

interface Measurement {
  readonly kind: EntryKind
  readonly meter: MeterKind
  readonly sizes: readonly number[]
}

/** Every entry is a read through the proxy door that missed. */
const measure = async (bench: Bench, { kind, meter, sizes }: Measurement): Promise<Table['rows']> => {
  const origin = await startOrigin({ bodyBytes: kind.bodyBytes, latencyMs: 0 })
  const { url, look, stop } = await meter.start(origin.url, bench.cores?.subject)
  try {
    await fillThroughProxy(url, kind.pathOf, { from: 0, to: BEFORE })
    const before = await look()
    const rows = []
    let filled = BEFORE
    for (const size of sizes) {
      await fillThroughProxy(url, kind.pathOf, { from: filled, to: size })
      filled = size
      const bytes = await look()
      rows.push([kind.name, size, ...bytes.map((now, at) => (now - (before[at] ?? NaN)) / (size - BEFORE))])
      bench.progress(`memory: ${size} entries (${kind.name}) in ${meter.store}`)
    }
    return rows
  } finally {
    await stop()
    await origin.stop()
  }
}

const tableOf = (meter: MeterKind, rows: Table['rows']): Table => ({
  title: `Bytes per entry in ${meter.store}`,
  columns: ['entry', 'entries', ...meter.figures],
  rows,
  note:
    'Growth of each figure by the number of entries, bodies, headers, keys and tag indexes together; ' +
    'garbage of the process is collected before it is looked at.'
})
