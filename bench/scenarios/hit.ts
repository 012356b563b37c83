import { readsValue, webdisReads } from '../load/control-entrants.js'
import { runClosedRounds, type RoundsByName } from '../load/closed-rounds.js'
import { readsProfile } from '../load/entrant.js'
import { cpuChartOf, ratioTarget, tableOf } from '../load/tables.js'
import type { Bench, Findings, Scenario } from '../scenario.js'
import {
  fastifyIoredis,
  fastifyPipelined,
  nodeHttp,
  sidecarMemory,
  sidecarRedis,
  subjects,
  varnish,
  webdis
} from '../subjects/index.js'

const KILOBYTE = 1024
/** The size that the targets are for. */
const MAIN_KB = 10

const NOTE =
  'Median (least–greatest) of interleaved rounds with 32 connections. The load generator has a core of its own, ' +
  'with Redis, and is often what limits requests/s: compare CPU. The CPU time of Redis is not counted. Of the sidecar ' +
  'on Redis 64 entries are asked for in turn: readers who ask for the same at one moment would cost it less.'

const PROXY_NOTE =
  `${NOTE} The callers are known: the digests of 2,000 are remembered. Under a load that leaves no pauses the sidecar ` +
  'sends the answers of one turn of its event loop together; what a hit costs when there is less to do is in the table of ' +
  'hits alone at a fixed rate.'

export const hit: Scenario = {
  name: 'hit',
  title: 'A hit: what it costs',
  run: async (bench) => {
    const sizes = bench.isQuick ? [MAIN_KB] : [1, 5, MAIN_KB, 50]
    const [proxy, control] = [new Map<number, RoundsByName>(), new Map<number, RoundsByName>()]
    for (const size of sizes) proxy.set(size, await proxyRounds(bench, size))
    for (const size of sizes) control.set(size, await controlRounds(bench, size))
    return findingsOf(proxy, control)
  }
}

/** The profile of a caller who is signed in, which nobody else may share. */
const proxyRounds = (bench: Bench, kilobytes: number): Promise<RoundsByName> =>
  runClosedRounds(bench, {
    title: `hit, ${kilobytes} KB`,
    // webdis is no proxy.
    entrants: subjects.filter((subject) => subject !== webdis).map(readsProfile),
    bodyBytes: kilobytes * KILOBYTE,
    areHits: true,
    ...lengthsOf(bench)
  })

const controlRounds = (bench: Bench, kilobytes: number): Promise<RoundsByName> =>
  runClosedRounds(bench, {
    title: `value, ${kilobytes} KB`,
    entrants: [
      ...[readsValue('TCP'), readsValue('unix socket'), webdisReads],
      ...[fastifyIoredis, fastifyPipelined].map(readsProfile)
    ],
    bodyBytes: kilobytes * KILOBYTE,
    areHits: true,
    ...lengthsOf(bench)
  })

const lengthsOf = ({ isQuick }: Bench): { readonly rounds: number; readonly roundMs: number } =>
  isQuick ? { rounds: 2, roundMs: 400 } : { rounds: 5, roundMs: 2000 }

type RoundsBySize = ReadonlyMap<number, RoundsByName>

const findingsOf = (proxy: RoundsBySize, control: RoundsBySize): Findings => {
  const [hits, values] = [proxy.get(MAIN_KB) ?? new Map(), control.get(MAIN_KB) ?? new Map()]
  return {
    tables: [
      ...[...proxy].map(([size, rounds]) => tableOf(hitOf(size), rounds, PROXY_NOTE)),
      ...[...control].map(([size, rounds]) => tableOf(valueOf(size), rounds, NOTE))
    ],
    charts: [cpuChartOf(hitOf(MAIN_KB), hits), cpuChartOf(valueOf(MAIN_KB), values)],
    targets: [
      ...ratioTarget(hits, { what: sidecarMemory.name, floor: nodeHttp.name, limit: 1.25 }),
      ...ratioTarget(hits, { what: sidecarMemory.name, floor: varnish.name, limit: 1 }),
      ...ratioTarget(hits, { what: sidecarRedis.name, floor: fastifyIoredis.name, limit: 1.25 }),
      ...ratioTarget(values, { what: readsValue('TCP').name, floor: webdis.name, limit: 0.8 })
    ]
  }
}

const hitOf = (kilobytes: number): string => `Hit through the proxy door, ${kilobytes} KB`
const valueOf = (kilobytes: number): string =>
  `A value of ${kilobytes} KB through the control door, from Redis`
