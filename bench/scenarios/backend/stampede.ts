import { runBurst } from '../../load/burst.js'
import { interleave } from '../../load/interleave.js'
import { median, summarise } from '../../load/statistics.js'
import type { Scenario } from '../../scenario.js'
import { onStage, type Stage } from '../../stage.js'
import { PATIENT } from '../../subjects/sidecar.js'
import { bytesOf, entrantsFor, withBackend, type BackendOrigin } from './origin.js'

const READERS = 100
const TIMEOUT_MS = 60_000

export const stampede: Scenario = {
  name: 'stampede',
  title: 'Many readers of one cold staff profile',
  run: (bench) =>
    withBackend(bench, async (origin) => {
      const bodyBytes = await bytesOf(origin, pathOf(1))
      const options = { bodyBytes, latencyMs: 0, settings: PATIENT, origin }
      return onStage(bench, options, async (stage) => {
        const burst = burstOf(stage, origin)
        const measured = await interleave(entrantsFor(origin, []), bench.isQuick ? 1 : 7, async (entrant) => {
          const round = await burst(entrant)
          bench.progress(
            `${READERS} readers: ${entrant.name} median ${round.medianMs.toFixed(0)} ms, ${round.asked} requests of the backend`
          )
          return round
        })
        const rows = [...measured].map(([{ name }, rounds]) => [
          name,
          ...(['medianMs', 'greatestMs', 'asked'] as const).map((figure) =>
            summarise(rounds.map((round) => round[figure]))
          )
        ])
        const columns = ['', 'median waiting ms', 'greatest waiting ms', 'requests of the backend']
        const note = 'All readers ask at the same moment, over connections that are open.'
        const table = { title: `${READERS} readers of one cold staff profile`, columns, rows, note }
        return { tables: [table], charts: [], targets: [] }
      })
    })
}

/** Another profile at each burst: a cold one. */
const burstOf = (stage: Stage, origin: BackendOrigin) => {
  let profile = 0
  return async ({ prepare }: ReturnType<typeof entrantsFor>[number]) => {
    const { url } = await prepare(stage)
    const path = pathOf(1 + (profile++ % PROFILES))
    const before = await origin.requests()
    const headers = origin.callers[0] ?? {}
    const waits = await runBurst({ url, path, headers, readers: READERS, timeoutMs: TIMEOUT_MS })
    const asked = (await origin.requests()) - before
    return { medianMs: median(waits), greatestMs: Math.max(...waits), asked }
  }
}

const PROFILES = 54
const pathOf = (profile: number): string => `/api/v1/users/staffprofiles/${profile}`
