import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { runClosedRounds } from '../load/closed-rounds.js'
import { readsThrough, type Entrant } from '../load/entrant.js'
import { cpuChartOf, cpuRatio, tableOf } from '../load/tables.js'
import { atMost } from '../load/targets.js'
import type { Scenario } from '../scenario.js'
import type { Subject } from '../subject.js'
import { createFolder } from '../subjects/process.js'
import { sidecarMemory } from '../subjects/index.js'
import { startSidecar } from '../subjects/sidecar.js'

const SIZES = [1, 4, 16, 64]
const nameOf = (rows: number): string => `${rows} ${rows === 1 ? 'row' : 'rows'}`

export const growthRows: Scenario = {
  name: 'growth-rows',
  title: 'A hit with more and more rows in the resource table',
  run: async (bench) => {
    const sizes = bench.isQuick ? [1, 64] : SIZES
    const rounds = await runClosedRounds(bench, {
      title: 'growth-rows',
      entrants: sizes.map(entrantOf),
      bodyBytes: 1024,
      areHits: true,
      rounds: bench.isQuick ? 2 : 5,
      roundMs: bench.isQuick ? 500 : 2000
    })
    return {
      tables: [tableOf('A hit of 1 KB from memory, on the last row of the table', rounds, NOTE)],
      charts: [cpuChartOf('A hit of 1 KB by the rows of the resource table', rounds)],
      targets: [atMost('CPU per hit, 64 rows ÷ 1 row', 1.1, cpuRatio(rounds, nameOf(64), nameOf(1)))]
    }
  }
}

const NOTE = 'Median (least–greatest) of interleaved rounds with 32 connections.'

const entrantOf = (rows: number): Entrant => readsThrough(withRows(rows), [`/api/v1/kinds-${rows}/1/parts`])

const withRows = (rows: number): Subject => ({
  name: nameOf(rows),
  missing: () => sidecarMemory.missing(),
  start: async (options) => {
    const folder = await createFolder()
    const file = join(folder, 'resources.yaml')
    await writeFile(file, stringify(tableWith(rows)))
    return startSidecar({ ...options, store: 'memory', folder, settings: { RESOURCES_FILE: file } })
  }
})

const tableWith = (rows: number): object => ({
  identity: { headers: ['Authorization'], cookies: ['sessionid'], families: ['api'] },
  families: { api: ['/api/v1'] },
  everything: ['/admin'],
  resources: Array.from({ length: rows }, (_, at) => ({
    name: `kind_${at + 1}`,
    path: `/api/v1/kinds-${at + 1}/{id}/parts`,
    key: `kind-${at + 1}:~{identity}:{id}`,
    ttl: 3600,
    scope: 'identity',
    tags: [`kind-${at + 1}:{id}`],
    families: ['api']
  })),
  writes: []
})
