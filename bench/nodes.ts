import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { markdownTable } from 'markdown-table'
import { runClosedRounds } from './load/closed-rounds.js'
import { findCores, pinProcess } from './load/cores.js'
import { becomesHit, CALLER, present, PROFILE, readsThrough, type Entrant } from './load/entrant.js'
import { freshPaths } from './load/fresh-path.js'
import { createOpenLoop } from './load/open-loop.js'
import { cpuRatio } from './load/tables.js'
import { formatCell } from './report/number.js'
import type { Bench } from './scenario.js'
import { onStage } from './stage.js'
import { startSidecar, type SidecarOptions } from './subjects/sidecar.js'

/**
 * What Node itself costs: the same bundle on each of these programs. CPU per hit in rounds that are interleaved, as a
 * multiple of the first one's in the same round; and the memory of each under a steady load, all at the same time.
 */
const BODY_BYTES = 10 * 1024
const PER_SECOND = 300
const HIT_SHARE = 0.7

const { values, positionals: programs } = parseArgs({
  options: { rounds: { type: 'string', default: '15' }, seconds: { type: 'string', default: '120' } },
  allowPositionals: true
})

const versionOf = (program: string): string =>
  execFileSync(program, ['--version'], { encoding: 'utf8' }).trim().slice(1)

const readsProfileOn = (node: string, store: SidecarOptions['store']): Entrant =>
  readsThrough(
    {
      name: `Node ${versionOf(node)}, ${store}`,
      missing: async () => undefined,
      start: (options) => startSidecar({ ...options, store, node })
    },
    [PROFILE]
  )

const hits = async (bench: Bench): Promise<string[][]> => {
  const stores = ['memory', 'redis'] as const
  const entrantsOf = (store: (typeof stores)[number]): Entrant[] =>
    programs.map((program) => readsProfileOn(program, store))
  const rounds = await runClosedRounds(bench, {
    title: 'hit, 10 KB',
    entrants: stores.flatMap(entrantsOf),
    bodyBytes: BODY_BYTES,
    areHits: true,
    rounds: Number(values.rounds),
    roundMs: 1000
  })
  return stores.flatMap((store) => {
    const [first, ...others] = entrantsOf(store).map(({ name }) => name)
    return others.map((name) => [
      `${name} ÷ ${first ?? ''}, CPU per hit`,
      formatCell(cpuRatio(rounds, name, first ?? ''))
    ])
  })
}

/** In MiB: now, and the most that it has been. */
const residentOf = (pid: number): { readonly now: number; readonly most: number } => {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const figure = (name: string): number =>
    Math.round(Number(new RegExp(`^${name}:\\s*(\\d+) kB`, 'm').exec(status)?.[1] ?? NaN) / 1024)
  return { now: figure('VmRSS'), most: figure('VmHWM') }
}

const memory = (bench: Bench, bodyBytes: number): Promise<string[][]> =>
  onStage(bench, { bodyBytes, latencyMs: 50 }, async (stage) => {
    const entrants = await present(
      programs.map((program) => readsProfileOn(program, 'redis')),
      bench
    )
    const ready = await Promise.all(
      entrants.map(async ({ name, prepare }) => ({ name, endpoint: await prepare(stage) }))
    )
    const nextPath = freshPaths()
    const streams = ready.flatMap(({ endpoint: { url } }) => [
      { name: 'hit', url, perSecond: PER_SECOND * HIT_SHARE, next: () => read(PROFILE) },
      { name: 'miss', url, perSecond: PER_SECOND * (1 - HIT_SHARE), next: () => read(nextPath()) }
    ])
    for (const { endpoint } of ready) await becomesHit(endpoint, stage.origin, bodyBytes)
    bench.progress(`memory: ${PER_SECOND} requests/s to each for ${values.seconds} s, ${bodyBytes / 1024} KB`)
    const loop = createOpenLoop(streams)
    await loop.run(1000 * Number(values.seconds))
    loop.close()
    return ready.map(({ name, endpoint: { pids } }) => {
      const { now, most } = residentOf(pids[0] ?? 0)
      return [`${name}, ${bodyBytes / 1024} KB, resident`, `${now} MiB, ${most} at most`]
    })
  })

const read = (path: string) => ({ method: 'GET', path, headers: CALLER }) as const

const cores = findCores()
if (cores !== undefined) pinProcess(cores.load)
const bench: Bench = { isQuick: true, cores, progress: (line) => console.log(line) }
const rows = [
  ...(await hits(bench)),
  ...(await memory(bench, BODY_BYTES)),
  ...(await memory(bench, 10 * BODY_BYTES))
]
console.log(markdownTable([['', ''], ...rows], { align: ['l', 'r'] }))
