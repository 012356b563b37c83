import type { RequestParts } from '../load/connection.js'
import { present } from '../load/entrant.js'
import { interleave } from '../load/interleave.js'
import { latenciesOf, type Latencies } from '../load/latencies.js'
import { runOpenLoop, type Stream } from '../load/open-loop.js'
import { summarise } from '../load/statistics.js'
import { FIRST_USER, USERS, userReads } from '../load/user-reads.js'
import type { Bench, Findings, Scenario } from '../scenario.js'
import { onStage, type Stage } from '../stage.js'
import { sidecarMemory, sidecarRedis } from '../subjects/index.js'
import type { Subject } from '../subject.js'

const READS_PER_SECOND = 1000
const BODY_BYTES = 10 * 1024
const ORIGIN_MS = 20

export const storm: Scenario = {
  name: 'storm',
  title: 'An invalidation storm',
  run: async (bench) => {
    const subjects = await present([sidecarMemory, sidecarRedis], bench)
    const cases = subjects.flatMap((subject) =>
      (bench.isQuick ? [0, 400] : [0, 100, 400]).map((perSecond) => ({ subject, perSecond }))
    )
    return onStage(bench, { bodyBytes: BODY_BYTES, latencyMs: ORIGIN_MS }, async (stage) => {
      for (const subject of subjects) await measure(bench, stage, { subject, perSecond: 100 })
      const rounds = await interleave(cases, bench.isQuick ? 1 : 3, (one) => measure(bench, stage, one))
      return findingsOf(rounds)
    })
  }
}

interface Case {
  readonly subject: Subject
  /** Invalidations. */
  readonly perSecond: number
}

interface Round {
  readonly reads: Latencies
  readonly invalidations: Latencies
}

const measure = async (bench: Bench, stage: Stage, { subject, perSecond }: Case): Promise<Round> => {
  const { url, controlUrl } = await stage.start(subject)
  if (controlUrl === undefined) throw new Error(`${subject.name} has no control door.`)
  const streams: readonly Stream[] = [
    { name: 'read', url, perSecond: READS_PER_SECOND, next: userReads() },
    ...(perSecond > 0 ? [{ name: 'invalidation', url: controlUrl, perSecond, next: nextInvalidation() }] : [])
  ]
  const samples = await runOpenLoop(streams, bench.isQuick ? 1000 : 5000)
  const of = (name: string): Latencies => latenciesOf(samples.filter(({ stream }) => stream === name))
  const round = { reads: of('read'), invalidations: of('invalidation') }
  bench.progress(
    `${subject.name}, ${perSecond} invalidations/s: reads p99 ${round.reads.p99Ms.toFixed(1)} ms, ` +
      `${(100 * round.reads.hitShare).toFixed(0)} % hits, invalidations p99 ${round.invalidations.p99Ms.toFixed(1)} ms`
  )
  return round
}

/** By key, by tag and by pattern in turn, each reaching the entries of one user. */
const nextInvalidation = (): (() => RequestParts) => {
  let sent = 0
  return () => {
    // A step that shares no factor with the number of users, so that all of them have their turn.
    const user = FIRST_USER + ((sent * 7) % USERS)
    const kinds = [
      { keys: [`user:${user}:projects`] },
      { tags: [`user:${user}`] },
      { patterns: [`user:${user}:*`] }
    ]
    const body = JSON.stringify(kinds[sent++ % kinds.length])
    return {
      method: 'POST',
      path: '/v1/invalidations',
      headers: { 'content-type': 'application/json' },
      body
    }
  }
}

const findingsOf = (rounds: ReadonlyMap<Case, readonly Round[]>): Findings => ({
  tables: [
    {
      title: `${READS_PER_SECOND} reads/s of ${USERS} entries, origin ${ORIGIN_MS} ms; keys, tags and patterns in turn`,
      columns: [
        ...['', 'invalidations/s', 'hits %', 'reads p50 ms', 'reads p99 ms', 'reads p99.9 ms'],
        ...['invalidations p50 ms', 'invalidations p99 ms', 'failures']
      ],
      rows: [...rounds].map(([{ subject, perSecond }, of]) => [
        subject.name,
        perSecond,
        summarise(of.map(({ reads }) => 100 * reads.hitShare)),
        ...(['p50Ms', 'p99Ms', 'p999Ms'] as const).map((figure) =>
          summarise(of.map(({ reads }) => reads[figure]))
        ),
        ...(['p50Ms', 'p99Ms'] as const).map((figure) =>
          summarise(of.map(({ invalidations }) => invalidations[figure]))
        ),
        summarise(of.map(({ reads, invalidations }) => reads.failures + invalidations.failures))
      ]),
      note:
        'An open loop: what is invalidated is a miss at its next read and asks the origin. ' +
        'Median (least–greatest) of interleaved rounds.'
    }
  ],
  charts: [],
  targets: []
})
