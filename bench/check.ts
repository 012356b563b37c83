import { markdownTable } from 'markdown-table'
import { readsValue } from './load/control-entrants.js'
import { runClosedRounds } from './load/closed-rounds.js'
import { findCores, pinProcess } from './load/cores.js'
import { readsProjects } from './load/entrant.js'
import { cpuRatio } from './load/tables.js'
import { commandsPerHit } from './load/commands-per-hit.js'
import type { Bench } from './scenario.js'
import { fastifyIoredis, nodeHttp, sidecarMemory, sidecarRedis } from './subjects/index.js'

const BODY_BYTES = 10 * 1024

/**
 * CPU per request as a multiple of a floor's: a busy machine slows both down, if not quite alike. Parsing 10 KB of
 * JSON costs about as much as a whole request of `node:http`: more for the branches that are read as a value, less for
 * the projects that are read through the proxy door.
 */
const LIMITS = [
  { what: sidecarMemory.name, floor: nodeHttp.name, limit: 1.5 },
  { what: sidecarRedis.name, floor: fastifyIoredis.name, limit: 1 },
  { what: readsValue('TCP').name, floor: fastifyIoredis.name, limit: 1 }
]

/**
 * The ratio of the same code differs by 0.1 from one start of the processes to the next on a machine that others share. What
 * has become dearer is above its limit each time.
 */
const MOST_MEASUREMENTS = 3

interface Line {
  readonly what: string
  readonly measured: number
  readonly limit: number
  readonly isKept: boolean
}

const cores = findCores()
if (cores !== undefined) pinProcess(cores.load)
const bench: Bench = { isQuick: true, cores, progress: (line) => console.log(line) }

/** An `MGET`, and an `UNLINK` that proves that the server still takes writes; both in one round trip. */
const COMMANDS_PER_HIT = 2

const measureCpu = async (): Promise<readonly Line[]> => {
  const rounds = await runClosedRounds(bench, {
    title: 'hit, 10 KB',
    entrants: [
      ...[sidecarMemory, nodeHttp, sidecarRedis, fastifyIoredis].map(readsProjects),
      readsValue('TCP')
    ],
    bodyBytes: BODY_BYTES,
    areHits: true,
    rounds: 5,
    roundMs: 1200
  })
  return LIMITS.map(({ what, floor, limit }) => {
    const { median: measured } = cpuRatio(rounds, what, floor)
    return { what: `${what} ÷ ${floor}, CPU`, measured, limit, isKept: measured <= limit }
  })
}

/** Of a line that was measured more than once, the least: another load only adds to it. */
const least = (before: readonly Line[], again: readonly Line[]): readonly Line[] =>
  before.map((line, at) => {
    const other = again[at]
    return other !== undefined && other.measured < line.measured ? other : line
  })

let cpu = await measureCpu()
for (let more = 1; more < MOST_MEASUREMENTS && !cpu.every(({ isKept }) => isKept); more++) {
  bench.progress('Above a limit: all processes are started and measured anew.')
  cpu = least(cpu, await measureCpu())
}

const commands = (await commandsPerHit(bench, BODY_BYTES)).map(({ name, perHit }): Line => {
  const [limit, isKept] = [COMMANDS_PER_HIT, perHit === COMMANDS_PER_HIT]
  return { what: `Redis commands per hit: ${name}`, measured: perHit, limit, isKept }
})

const lines = [...cpu, ...commands]
const table = lines.map(({ what, measured, limit, isKept }) => [
  what,
  measured.toFixed(2),
  `${limit}`,
  isKept ? 'ok' : 'FAILED'
])
console.log(markdownTable([['', 'measured', 'at most', ''], ...table], { align: ['l', 'r', 'r', 'l'] }))
process.exitCode = lines.every(({ isKept }) => isKept) ? 0 : 1
