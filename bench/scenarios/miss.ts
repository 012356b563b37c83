import { runClosedRounds } from '../load/closed-rounds.js'
import { CALLER, readsThrough, type Entrant } from '../load/entrant.js'
import { freshPaths } from '../load/fresh-path.js'
import { cpuChartOf, tableOf } from '../load/tables.js'
import type { Scenario } from '../scenario.js'
import { nginx, sidecarMemory, sidecarRedis, varnish } from '../subjects/index.js'

const BODY_BYTES = 10 * 1024

export const miss: Scenario = {
  name: 'miss',
  title: 'A miss: what it adds to asking the origin',
  run: async (bench) => {
    const nextPath = freshPaths()
    const rounds = await runClosedRounds(bench, {
      title: 'miss, 10 KB',
      entrants: [
        straightToOrigin(nextPath),
        ...[sidecarMemory, sidecarRedis, nginx, varnish].map((subject) => readsThrough(subject, nextPath))
      ],
      bodyBytes: BODY_BYTES,
      areHits: false,
      ...(bench.isQuick ? { rounds: 2, roundMs: 400 } : { rounds: 5, roundMs: 3000 })
    })
    const title = 'Miss through the proxy door, 10 KB, every answer stored'
    return {
      tables: [tableOf(title, rounds, NOTE)],
      charts: [cpuChartOf(title, new Map([...rounds].filter(([name]) => name !== ORIGIN)))],
      targets: []
    }
  }
}

const ORIGIN = 'the origin alone'

const NOTE =
  'Median (least–greatest) of interleaved rounds with 32 connections to an origin that answers at once. The origin ' +
  'and the load generator share a core, which limits requests/s: compare CPU. Of the origin alone it is its own. The ' +
  'sidecar (64 MB in its memory, its default), nginx and Varnish (256 MB) are soon full, and evict; Redis (1 GB) is not, ' +
  'or at the end only.'

/** What there would be without a cache. */
const straightToOrigin = (nextPath: () => string): Entrant => ({
  name: ORIGIN,
  missing: async () => undefined,
  prepare: async ({ origin }) => ({ url: origin.url, paths: nextPath, headers: [CALLER], pids: [origin.pid] })
})
