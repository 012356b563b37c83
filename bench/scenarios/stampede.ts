import { runBurst } from '../load/burst.js'
import { CALLER, present } from '../load/entrant.js'
import { freshPaths } from '../load/fresh-path.js'
import { groupBy } from '../load/group-by.js'
import { interleave } from '../load/interleave.js'
import { barOf, median, summarise } from '../load/statistics.js'
import { below, exactly } from '../load/targets.js'
import type { Bench, Findings, Scenario, Table, Target } from '../scenario.js'
import { onStage } from '../stage.js'
import { nginx, sidecarMemory, sidecarRedis, varnish } from '../subjects/index.js'
import type { Subject } from '../subject.js'

const BODY_BYTES = 10 * 1024
const TIMEOUT_MS = 20_000
/** Code that has not been compiled yet costs several times as much. */
const WARM_BURSTS = 10
/** The target is for this origin. */
const MAIN_MS = 50

export const stampede: Scenario = {
  name: 'stampede',
  title: 'Many readers of one cold entry',
  run: async (bench) => {
    const rounds: Round[] = []
    for (const latencyMs of bench.isQuick ? [MAIN_MS] : [MAIN_MS, 300]) {
      rounds.push(...(await roundsOf(bench, latencyMs)))
    }
    return findingsOf(rounds)
  }
}

interface Round {
  readonly subject: string
  readonly latencyMs: number
  readonly readers: number
  readonly medianMs: number
  readonly greatestMs: number
  readonly originRequests: number
}

const roundsOf = async (bench: Bench, latencyMs: number): Promise<readonly Round[]> => {
  const subjects = await present([sidecarMemory, sidecarRedis, nginx, varnish], bench)
  return onStage(bench, { bodyBytes: BODY_BYTES, latencyMs }, async (stage) => {
    const nextPath = freshPaths()
    const burst = async (subject: Subject, readers: number): Promise<readonly number[]> => {
      const { url } = await stage.start(subject)
      return runBurst({ url, path: nextPath(), headers: CALLER, readers, timeoutMs: TIMEOUT_MS })
    }
    const measure = async (subject: Subject, readers: number): Promise<Round> => {
      const before = await stage.origin.requests()
      const waits = await burst(subject, readers)
      const originRequests = (await stage.origin.requests()) - before
      const [medianMs, greatestMs] = [median(waits), Math.max(...waits)]
      bench.progress(
        `${readers} readers, origin ${latencyMs} ms: ${subject.name} median ${medianMs.toFixed(0)} ms, ` +
          `greatest ${greatestMs.toFixed(0)} ms, ${originRequests} origin requests`
      )
      return { subject: subject.name, latencyMs, readers, medianMs, greatestMs, originRequests }
    }
    bench.progress(`origin ${latencyMs} ms: warming`)
    for (const subject of subjects) {
      for (let done = 0; done < WARM_BURSTS; done++) await burst(subject, 200)
    }
    const rounds: Round[] = []
    for (const readers of [200, 1000]) {
      const measured = await interleave(subjects, bench.isQuick ? 1 : 7, (subject) =>
        measure(subject, readers)
      )
      rounds.push(...[...measured.values()].flat())
    }
    return rounds
  })
}

const findingsOf = (rounds: readonly Round[]): Findings => {
  const groups = groupBy(rounds, ({ latencyMs, readers }) => `${readers} readers, origin ${latencyMs} ms`)
  return {
    tables: groups.map(([title, of]) => tableOf(title, of)),
    charts: groups.map(([title, of]) => ({
      title,
      axis: 'median waiting, ms',
      bars: bySubject(of).map(([label, own]) =>
        barOf(
          label,
          own.map(({ medianMs }) => medianMs)
        )
      )
    })),
    targets: groups.flatMap(([title, of]) => targetsOf(title, of))
  }
}

const tableOf = (title: string, rounds: readonly Round[]): Table => ({
  title,
  columns: ['', 'median waiting ms', 'greatest waiting ms', 'origin requests'],
  rows: bySubject(rounds).map(([name, own]) => [
    name,
    ...(['medianMs', 'greatestMs', 'originRequests'] as const).map((figure) =>
      summarise(own.map((round) => round[figure]))
    )
  ]),
  note:
    'All readers ask at the same moment, over connections that are open. Those who wait for nginx look again each 500 ms, ' +
    'which cannot be configured. Median (least–greatest) of interleaved rounds.'
})

const targetsOf = (title: string, rounds: readonly Round[]): readonly Target[] =>
  bySubject(rounds)
    .filter(([name, own]) => name.startsWith('sidecar') && own[0]?.latencyMs === MAIN_MS)
    .flatMap(([name, own]) => [
      below(
        `${title}: ${name}, median ms`,
        { limit: 75 },
        own.map(({ medianMs }) => medianMs)
      ),
      exactly(
        `${title}: ${name}, origin requests`,
        1,
        own.map(({ originRequests }) => originRequests)
      )
    ])

const bySubject = (rounds: readonly Round[]) => groupBy(rounds, ({ subject }) => subject)
