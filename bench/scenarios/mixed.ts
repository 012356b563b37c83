import { cpuTimeOf } from '../load/cpu-time.js'
import { becomesHit, CALLER, present, readsThrough, type Endpoint, type Entrant } from '../load/entrant.js'
import { freshPathsOf } from '../load/fresh-path.js'
import { interleave } from '../load/interleave.js'
import { latenciesOf, type Latencies } from '../load/latencies.js'
import { createOpenLoop, runOpenLoop, type Stream } from '../load/open-loop.js'
import { barOf, summarise } from '../load/statistics.js'
import { below, exactly } from '../load/targets.js'
import { projectsPath } from '../load/user-reads.js'
import type { Bench, Findings, Measured, Scenario, Table, Target } from '../scenario.js'
import { onStage, type Stage } from '../stage.js'
import { nginx, nodeHttp, sidecarMemory, sidecarRedis, varnish } from '../subjects/index.js'

const PER_SECOND = 2000
const HIT_SHARES = { mixed: 0.7, hits: 1 }
const BODY_BYTES = 10 * 1024
const ORIGIN_MS = 50
/** Not counted: a hundred connections are opened at once, to a process that has just been idle. */
const RAMP_MS = 1000

export const mixed: Scenario = {
  name: 'mixed',
  title: `${PER_SECOND} requests/s, hits and misses`,
  run: async (bench) => {
    const subjects = await present([sidecarMemory, sidecarRedis, nginx, varnish, nodeHttp], bench)
    const entrants = subjects.map((subject) => readsThrough(subject, [WARM_PATHS[0]]))
    // Each on a stage of its own: what has been warmed must not expire.
    const roundsOf = (hitShare: number): Promise<Rounds> =>
      onStage(bench, { bodyBytes: BODY_BYTES, latencyMs: ORIGIN_MS }, (stage) =>
        measure(bench, stage, { entrants, hitShare })
      )
    const rounds = await roundsOf(HIT_SHARES.mixed)
    const ofHits = bench.isQuick ? undefined : await roundsOf(HIT_SHARES.hits)
    return findingsOf(rounds, ofHits)
  }
}

/** The reads of a page that are stored, one of each kind. */
const WARM_PATHS = [
  '/api/v1/users/me',
  '/api/v1/projects/mine',
  '/api/v1/agencies/branches',
  '/api/v1/users/7',
  '/api/v1/users/7/projects',
  '/api/v1/users/staffprofiles/7',
  '/api/v1/users/staffprofiles/7/hero'
] as const

/** Others' reads, which nobody has asked for before. */
const FRESH_PATHS = [
  (user: number) => `/api/v1/users/${user}`,
  projectsPath,
  (user: number) => `/api/v1/users/staffprofiles/${user}`
]

interface Round {
  /** Of what was warm before, hit or not. */
  readonly hits: Latencies
  readonly misses: Latencies
  /** Microseconds per request, of both kinds. */
  readonly cpuUs: number
  /** Of all requests, 0 … 1. */
  readonly hitShare: number
}

type Rounds = ReadonlyMap<string, readonly Round[]>

interface Load {
  readonly entrants: readonly Entrant[]
  readonly hitShare: number
}

const measure = async (bench: Bench, stage: Stage, { entrants, hitShare }: Load): Promise<Rounds> => {
  const nextPath = freshPathsOf(FRESH_PATHS)
  const durationMs = bench.isQuick ? 1000 : 10_000

  const streamsTo = (endpoint: Endpoint) => streamsOf(endpoint, { hitShare, nextPath })

  const runRound = async ({ name, endpoint }: Ready): Promise<Round> => {
    const loop = createOpenLoop(streamsTo(endpoint))
    await loop.run(RAMP_MS)
    const cpuBefore = cpuTimeOf(endpoint.pids)
    const samples = await loop.run(durationMs)
    const cpuUs = (cpuTimeOf(endpoint.pids) - cpuBefore) / samples.length
    loop.close()
    const of = (name: string): Latencies => latenciesOf(samples.filter(({ stream }) => stream === name))
    const [hits, misses] = [of('hit'), of('miss')]
    bench.progress(
      `${name}, ${100 * hitShare} % hits: hits p99 ${hits.p99Ms.toFixed(1)} ms, p99.9 ${hits.p999Ms.toFixed(1)} ms; ` +
        `misses p50 ${misses.p50Ms.toFixed(1)} ms`
    )
    return { hits, misses, cpuUs, hitShare: latenciesOf(samples).hitShare }
  }

  const ready: Ready[] = []
  for (const { name, prepare } of entrants) {
    const endpoint = await prepare(stage)
    for (const path of WARM_PATHS) await becomesHit({ ...endpoint, paths: [path] }, stage.origin, BODY_BYTES)
    await runOpenLoop(streamsTo(endpoint), Math.max(2000, durationMs / 2))
    ready.push({ name, endpoint })
  }
  const rounds = await interleave(ready, bench.isQuick ? 1 : 3, runRound)
  return new Map([...rounds].map(([{ name }, of]) => [name, of]))
}

interface Ready {
  readonly name: string
  readonly endpoint: Endpoint
}

interface Reads {
  readonly hitShare: number
  /** Of a miss. */
  readonly nextPath: () => string
}

const streamsOf = ({ url }: Endpoint, { hitShare, nextPath }: Reads): readonly Stream[] => {
  let sent = 0
  const nextWarm = (): string => WARM_PATHS[sent++ % WARM_PATHS.length] ?? WARM_PATHS[0]
  return [
    { name: 'hit', url, perSecond: PER_SECOND * hitShare, next: () => read(nextWarm()) },
    { name: 'miss', url, perSecond: PER_SECOND * (1 - hitShare), next: () => read(nextPath()) }
  ]
}

const read = (path: string) => ({ method: 'GET', path, headers: CALLER }) as const

const findingsOf = (rounds: Rounds, ofHits: Rounds | undefined): Findings => ({
  tables: [
    tableOf(HIT_SHARES.mixed, rounds),
    ...(ofHits === undefined ? [] : [tableOf(HIT_SHARES.hits, ofHits)])
  ],
  charts: [
    {
      title: `Hits at ${PER_SECOND} requests/s, ${100 * HIT_SHARES.mixed} % hits`,
      axis: 'p99 of hits, ms',
      bars: [...rounds].map(([label, of]) => {
        const p99s = of.map(({ hits }) => hits.p99Ms)
        return barOf(label, p99s)
      })
    }
  ],
  targets: [...rounds].filter(([name]) => name.startsWith('sidecar')).flatMap(targetsOf)
})

const tableOf = (hitShare: number, rounds: Rounds): Table => ({
  title: `${PER_SECOND} requests/s, ${100 * hitShare} % hits, origin ${ORIGIN_MS} ms, 10 KB`,
  columns: ['', ...COLUMNS.map(([title]) => title)],
  rows: [...rounds].map(([name, of]) => [name, ...COLUMNS.map(([, figure]) => summarise(of.map(figure)))]),
  note:
    'An open loop: each latency runs from the time at which the request was due, whatever became of those before. ' +
    'It contains up to 2 ms by which the generator itself is late. The bare server answers everything at once, so that ' +
    'its latency is that of the generator, of Node and of the machine. Median (least–greatest) of interleaved rounds.'
})

const COLUMNS: readonly (readonly [title: string, figure: (round: Round) => Measured['median']])[] = [
  ['hits %', ({ hitShare }) => 100 * hitShare],
  ['hits p50 ms', ({ hits }) => hits.p50Ms],
  ['hits p90 ms', ({ hits }) => hits.p90Ms],
  ['hits p99 ms', ({ hits }) => hits.p99Ms],
  ['hits p99.9 ms', ({ hits }) => hits.p999Ms],
  ['misses p50 ms', ({ misses }) => misses.p50Ms],
  ['misses p99 ms', ({ misses }) => misses.p99Ms],
  ['failures', (round) => failuresOf(round)],
  ['CPU µs per request', ({ cpuUs }) => cpuUs]
]

const targetsOf = ([name, of]: readonly [string, readonly Round[]]): readonly Target[] => {
  const hits = of.map((round) => round.hits)
  return [
    below(
      `${name}, hits, p99 ms`,
      { limit: 5 },
      hits.map(({ p99Ms }) => p99Ms)
    ),
    below(
      `${name}, hits, p99.9 ms`,
      { limit: 10 },
      hits.map(({ p999Ms }) => p999Ms)
    ),
    exactly(`${name}, failures`, 0, of.map(failuresOf))
  ]
}

const failuresOf = ({ hits, misses }: Round): number => hits.failures + misses.failures
