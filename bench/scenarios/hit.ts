import { readsValue, webdisReads } from '../load/control-entrants.js'
import { runClosedRounds, type RoundsByName } from '../load/closed-rounds.js'
import { readsProfile } from '../load/entrant.js'
import { cpuChartOf, ratioTarget, tableOf } from '../load/tables.js'
import type { Bench, Findings, Scenario } from '../scenario.js'
import {
  fastify,
  fastifyIoredis,
  nginx,
  nodeHttp,
  sidecarMemory,
  sidecarRedis,
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

export const hit: Scenario = {
  name: 'hit',
  title: 'A hit: what it costs',
  run: async (bench) => {
    const sizes = bench.isQuick ? [MAIN_KB] : [1, 5, MAIN_KB, 50]
    const proxy = new Map<number, RoundsByName>()
    for (const size of sizes) proxy.set(size, await proxyRounds(bench, size))
    return findingsOf(proxy, await controlRounds(bench))
  }
}

/** The profile of a caller who is signed in, which nobody else may share. */
const proxyRounds = (bench: Bench, kilobytes: number): Promise<RoundsByName> =>
  runClosedRounds(bench, {
    title: `hit, ${kilobytes} KB`,
    entrants: [sidecarMemory, sidecarRedis, nginx, varnish, nodeHttp, fastify, fastifyIoredis].map(
      readsProfile
    ),
    bodyBytes: kilobytes * KILOBYTE,
    areHits: true,
    ...lengthsOf(bench)
  })

const MAIN_BYTES = MAIN_KB * KILOBYTE

const controlRounds = (bench: Bench): Promise<RoundsByName> =>
  runClosedRounds(bench, {
    title: `value, ${MAIN_KB} KB`,
    entrants: [
      readsValue('TCP', MAIN_BYTES),
      readsValue('unix socket', MAIN_BYTES),
      webdisReads,
      readsProfile(fastifyIoredis)
    ],
    bodyBytes: MAIN_BYTES,
    areHits: true,
    ...lengthsOf(bench)
  })

const lengthsOf = ({ isQuick }: Bench): { readonly rounds: number; readonly roundMs: number } =>
  isQuick ? { rounds: 2, roundMs: 400 } : { rounds: 5, roundMs: 3000 }

const findingsOf = (proxy: ReadonlyMap<number, RoundsByName>, control: RoundsByName): Findings => {
  const main = proxy.get(MAIN_KB) ?? new Map()
  return {
    tables: [
      ...[...proxy].map(([size, rounds]) => tableOf(`Hit through the proxy door, ${size} KB`, rounds, NOTE)),
      tableOf(`A value of ${MAIN_KB} KB through the control door, from Redis`, control, NOTE)
    ],
    charts: [
      cpuChartOf(`Hit through the proxy door, ${MAIN_KB} KB`, main),
      cpuChartOf(`A value of ${MAIN_KB} KB through the control door, from Redis`, control)
    ],
    targets: [
      ...ratioTarget(main, { what: sidecarMemory.name, floor: nodeHttp.name, atMost: 1.25 }),
      ...ratioTarget(main, { what: sidecarMemory.name, floor: varnish.name, atMost: 1 }),
      ...ratioTarget(main, { what: sidecarRedis.name, floor: fastifyIoredis.name, atMost: 1.25 }),
      ...ratioTarget(control, { what: readsValue('TCP', MAIN_BYTES).name, floor: webdis.name, atMost: 0.8 })
    ]
  }
}
