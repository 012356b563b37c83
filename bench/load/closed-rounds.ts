import type { BenchOrigin } from '../origin.js'
import type { Bench } from '../scenario.js'
import { onStage } from '../stage.js'
import { PATIENT } from '../subjects/sidecar.js'
import { runClosedLoop, type LoopFigures } from './closed-loop.js'
import { cpuTimeOf } from './cpu-time.js'
import { becomesHit, present, type Endpoint, type Entrant } from './entrant.js'
import { interleave } from './interleave.js'

export interface ClosedRounds {
  readonly title: string
  readonly entrants: readonly Entrant[]
  readonly bodyBytes: number
  /** Bodies that are as hard to compress as real ones. */
  readonly isVaried?: boolean
  /** One that runs already, in place of one that answers at once. */
  readonly origin?: BenchOrigin
  /** Whether every request must be answered without the origin. */
  readonly areHits: boolean
  readonly rounds: number
  readonly roundMs: number
  /** 32 without it. */
  readonly connections?: number
}

export interface RoundFigures extends LoopFigures {
  /** Microseconds of CPU per request, of all processes of the subject. */
  readonly cpuUs: number
}

/** By the names of the entrants that could start. */
export type RoundsByName = ReadonlyMap<string, readonly RoundFigures[]>

const CONNECTIONS = 32
/** Code that has not been compiled yet costs several times as much. */
const WARM_MS = 1000

/** All subjects are started and warmed, then measured in turn, round by round. */
export const runClosedRounds = async (bench: Bench, rounds: ClosedRounds): Promise<RoundsByName> => {
  const { bodyBytes, isVaried, origin, areHits, roundMs, title, connections = CONNECTIONS } = rounds
  const entrants = await present(rounds.entrants, bench)
  return onStage(bench, { bodyBytes, isVaried, latencyMs: 0, settings: PATIENT, origin }, async (stage) => {
    const measure = async ({ name, endpoint }: Ready): Promise<RoundFigures> => {
      const before = cpuTimeOf(endpoint.pids)
      const loop = { ...endpoint, connections, durationMs: roundMs, bodyBytes }
      const figures = await runClosedLoop(loop)
      const cpuUs = (cpuTimeOf(endpoint.pids) - before) / figures.requests
      bench.progress(
        `${title}: ${name} ${cpuUs.toFixed(1)} µs CPU per request, ${Math.round(figures.perSecond)}/s`
      )
      return { ...figures, cpuUs }
    }

    const ready: Ready[] = []
    for (const { name, prepare } of entrants) {
      const endpoint = await prepare(stage)
      if (areHits) await becomesHit(endpoint, stage.origin, bodyBytes)
      ready.push({ name, endpoint })
    }
    bench.progress(`${title}: warming`)
    for (const { endpoint } of ready) {
      await runClosedLoop({
        ...endpoint,
        connections,
        durationMs: Math.max(roundMs, WARM_MS),
        bodyBytes
      })
    }
    const askedBefore = await stage.origin.requests()
    const measured = await interleave(ready, rounds.rounds, measure)
    const asked = (await stage.origin.requests()) - askedBefore
    const requests = [...measured.values()].flat().reduce((sum, figures) => sum + figures.requests, 0)
    if (areHits && asked > 0) {
      throw new Error(`Of ${requests} requests that should be hits, ${asked} were sent to the origin.`)
    }
    return new Map([...measured].map(([{ name }, figures]) => [name, figures]))
  })
}

interface Ready {
  readonly name: string
  readonly endpoint: Endpoint
}
