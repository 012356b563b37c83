import { spawn } from 'node:child_process'
import { http } from '../../test/support/http.js'
import { exitOf } from '../../test/support/children.js'
import { pinned } from '../load/cores.js'
import { present, PROFILE } from '../load/entrant.js'
import { interleave } from '../load/interleave.js'
import { barOf, summarise } from '../load/statistics.js'
import { below } from '../load/targets.js'
import type { Bench, Findings, Scenario } from '../scenario.js'
import { onStage, type Stage } from '../stage.js'
import type { RunningSubject, Subject, SubjectOptions } from '../subject.js'
import { fastify, nginx, nodeHttp, sidecarMemory, sidecarRedis, varnish } from '../subjects/index.js'
import { startSidecar } from '../subjects/sidecar.js'

interface Entrant extends Pick<Subject, 'name' | 'missing'> {
  /** Milliseconds. */
  readonly startUp: (options: SubjectOptions) => Promise<number>
}

const LIMIT_MS = 600

export const startUp: Scenario = {
  name: 'start-up',
  title: 'Start-up',
  run: async (bench) => {
    const entrants = await present(ENTRANTS, bench)
    const measured = await onStage(bench, { bodyBytes: 1024, latencyMs: 0 }, (stage) => {
      const options = optionsOf(bench, stage)
      return interleave(entrants, bench.isQuick ? 2 : 11, async ({ name, startUp }) => {
        const ms = await startUp(options)
        bench.progress(`start-up: ${name} ${Math.round(ms)} ms`)
        return ms
      })
    })
    return findingsOf(measured)
  }
}

const ENTRANTS: readonly Entrant[] = [
  {
    ...sidecarMemory,
    startUp: untilAnswered((options) => startSidecar({ ...options, store: 'memory' }))
  },
  {
    ...sidecarRedis,
    startUp: untilAnswered((options) => startSidecar({ ...options, store: 'redis' }))
  },
  { name: 'node -e 0', missing: async () => undefined, startUp: runNothing },
  ...[nodeHttp, fastify, nginx, varnish].map((subject) => ({
    ...subject,
    startUp: untilAnswered((options) => subject.start(options))
  }))
]

/** From before the process begins until it has answered a first read with 200. */
function untilAnswered(start: Subject['start']): Entrant['startUp'] {
  return async (options) => {
    const startedAt = performance.now()
    const running: RunningSubject = await start(options)
    try {
      const { status } = await http(`${running.url}${PROFILE}`, { headers: { cookie: 'sessionid=1' } })
      if (status !== 200) throw new Error(`The first read was answered with ${status}.`)
      return performance.now() - startedAt
    } finally {
      await running.stop()
    }
  }
}

/** What Node itself takes to begin and to end. */
async function runNothing({ core }: SubjectOptions): Promise<number> {
  const startedAt = performance.now()
  const [program, ...args] = pinned(core, [process.execPath, '-e', '0'])
  await exitOf(spawn(program, args, { stdio: 'ignore' }))
  return performance.now() - startedAt
}

const optionsOf = ({ cores }: Bench, { origin, redis }: Stage): SubjectOptions => ({
  originUrl: origin.url,
  redisUrl: redis.url,
  core: cores?.subject,
  bodyBytes: 1024,
  headers: { 'content-type': 'application/json' }
})

const findingsOf = (measured: ReadonlyMap<Entrant, readonly number[]>): Findings => {
  const starts = [...measured].map(([{ name }, rounds]) => ({ name, rounds }))
  return {
    tables: [
      {
        title: 'From the start of the process to its first answer',
        columns: ['', 'ms'],
        rows: starts.map(({ name, rounds }) => [name, summarise(rounds)]),
        note: 'Median (least–greatest) of interleaved starts on one core. The sidecar has to be ready and its store up; node -e 0 only begins and ends.'
      }
    ],
    charts: [
      {
        title: 'Start-up',
        axis: 'ms to the first answer',
        bars: starts.map(({ name, rounds }) => barOf(name, rounds))
      }
    ],
    targets: starts
      .filter(({ name }) => name === sidecarMemory.name || name === sidecarRedis.name)
      .map(({ name, rounds }) => below(`start-up, ${name}, ms`, { limit: LIMIT_MS }, rounds))
  }
}
