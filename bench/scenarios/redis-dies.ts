import { setTimeout } from 'node:timers/promises'
import { letGoFirst } from '../load/cores.js'
import { readsThrough } from '../load/entrant.js'
import { latenciesOf, type Latencies } from '../load/latencies.js'
import { runOpenLoop, type Sample } from '../load/open-loop.js'
import { summarise } from '../load/statistics.js'
import { below, exactly } from '../load/targets.js'
import { FIRST_USER, projectsPath, USERS, userReads } from '../load/user-reads.js'
import type { Bench, Findings, Scenario } from '../scenario.js'
import { onStage, type Stage } from '../stage.js'
import { sidecarRedis } from '../subjects/index.js'

const PER_SECOND = 1000
const BODY_BYTES = 10 * 1024
const ORIGIN_MS = 20
/** What one command may take before the origin is asked, by default. */
const COMMAND_BUDGET_MS = 100

export const redisDies: Scenario = {
  name: 'redis-dies',
  title: 'Redis is killed under load, and comes back',
  run: async (bench) => {
    const deaths: Death[] = []
    for (let round = 0; round < (bench.isQuick ? 1 : 3); round++) {
      const death = await onStage(bench, { bodyBytes: BODY_BYTES, latencyMs: ORIGIN_MS }, (stage) =>
        runDeath(bench, stage)
      )
      bench.progress(
        `the second after its death: p99 ${death.after.p99Ms.toFixed(1)} ms, ${death.failures} failures, ` +
          `hits again ${death.recoveryMs.toFixed(0)} ms after its return`
      )
      deaths.push(death)
    }
    return findingsOf(deaths)
  }
}

interface Death {
  readonly before: Latencies
  /** The second after Redis was killed. */
  readonly after: Latencies
  /** From then to its return. */
  readonly without: Latencies
  /** The second after it accepted connections again. */
  readonly returned: Latencies
  /** From then to the first hit. */
  readonly recoveryMs: number
  readonly failures: number
}

const runDeath = async ({ isQuick }: Bench, stage: Stage): Promise<Death> => {
  const phaseMs = isQuick ? 1200 : 4000
  const endpoint = await readsThrough(sidecarRedis, [projectsPath(FIRST_USER)]).prepare(stage)
  const reads = { name: 'read', url: endpoint.url, perSecond: PER_SECOND, next: userReads() }
  await runOpenLoop([reads], phaseMs)

  const load = runOpenLoop([reads], 3 * phaseMs)
  await setTimeout(phaseMs)
  const diedAt = performance.now()
  await stage.redis.kill('SIGKILL')
  await setTimeout(phaseMs)
  await stage.redis.restart()
  letGoFirst(stage.redis.pid)
  const returnedAt = performance.now()
  const samples = await load

  const between = (from: number, to: number): Latencies =>
    latenciesOf(samples.filter(({ dueAt }) => dueAt >= from && dueAt < to))
  return {
    before: between(0, diedAt - 100),
    after: between(diedAt, diedAt + 1000),
    without: between(diedAt + 1000, returnedAt),
    returned: between(returnedAt, returnedAt + 1000),
    recoveryMs: firstHitAfter(samples, returnedAt) - returnedAt,
    failures: latenciesOf(samples).failures
  }
}

/** Infinity when there is none. */
const firstHitAfter = (samples: readonly Sample[], from: number): number =>
  Math.min(
    ...samples
      .filter(({ isHit, dueAt }) => isHit && dueAt >= from)
      .map(({ dueAt, latencyMs }) => dueAt + latencyMs)
  )

const PHASES = [
  ['before', 'with Redis'],
  ['after', 'the second after its death'],
  ['without', 'then, without it'],
  ['returned', 'the second after its return']
] as const

const findingsOf = (deaths: readonly Death[]): Findings => {
  const limit = ORIGIN_MS + COMMAND_BUDGET_MS
  return {
    tables: [
      {
        title: `${PER_SECOND} reads/s of ${USERS} entries, origin ${ORIGIN_MS} ms, Redis killed (SIGKILL)`,
        columns: ['', 'p50 ms', 'p99 ms', 'greatest ms', 'hits %', 'failures'],
        rows: PHASES.map(([phase, label]) => [
          label,
          ...(['p50Ms', 'p99Ms', 'greatestMs'] as const).map((figure) =>
            summarise(deaths.map((death) => death[phase][figure]))
          ),
          summarise(deaths.map((death) => 100 * death[phase].hitShare)),
          summarise(deaths.map((death) => death[phase].failures))
        ]),
        note: `First hit after its return: ${deaths.map(({ recoveryMs }) => recoveryMs.toFixed(0)).join(', ')} ms. An open loop; median (least–greatest) of ${deaths.length} deaths. It comes back empty.`
      }
    ],
    charts: [],
    targets: [
      below(
        'Redis dying: p99 of all requests in the second after it, ms',
        { limit, aim: `below ${limit}: the origin's time and one command's budget` },
        deaths.map(({ after }) => after.p99Ms)
      ),
      exactly(
        'Redis dying: failed requests',
        0,
        deaths.map(({ failures }) => failures)
      )
    ]
  }
}
