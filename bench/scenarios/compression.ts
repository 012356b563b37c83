import { request } from 'undici'
import { CODINGS, encode, type Coding } from '../../src/http/codings.js'
import { fillThroughProxy } from '../growth/fill-through-proxy.js'
import { redisMeter } from '../growth/memory-meters.js'
import { runClosedRounds, type RoundsByName } from '../load/closed-rounds.js'
import { CALLER, readsProfile, type Entrant } from '../load/entrant.js'
import { interleave } from '../load/interleave.js'
import { summarise } from '../load/statistics.js'
import { cpuRatio, tableOf } from '../load/tables.js'
import { startOrigin } from '../origin.js'
import type { Bench, Scenario, Table } from '../scenario.js'
import { sidecarMemory, sidecarRedis } from '../subjects/index.js'
import { PATIENT } from '../subjects/sidecar.js'
import type { Subject } from '../subject.js'
import { variedBody } from '../varied-body.js'

const KILOBYTE = 1024
const SETTINGS = ['off', 'gzip', 'br, gzip', 'zstd, br, gzip'] as const
type Setting = (typeof SETTINGS)[number]

export const compression: Scenario = {
  name: 'compression',
  title: 'Compression of stored answers',
  run: async (bench) => {
    const sizes = [1, 10, 100, 400]
    const [times, memory] = [await timesOf(bench, sizes), await memoryOf(bench, sizes)]
    const hits: Table[] = []
    for (const subject of [sidecarMemory, sidecarRedis]) {
      for (const size of bench.isQuick ? [10] : [10, 100]) hits.push(await hitsOf(bench, subject, size))
    }
    return { tables: [times, memory, ...hits], charts: [], targets: [] }
  }
}

interface Work {
  readonly body: Buffer
  readonly coding: Coding
}

/** As it is done at each fill, one body at a time. */
const timesOf = async (bench: Bench, sizes: readonly number[]): Promise<Table> => {
  const works: readonly Work[] = sizes.flatMap((size) => {
    const body = variedBody(1, size * KILOBYTE)
    return CODINGS.map((coding) => ({ body, coding }))
  })
  const rounds = bench.isQuick ? 10 : 30
  const measured = await interleave(works, rounds, async ({ body, coding }) => {
    const [startedAt, before] = [performance.now(), process.cpuUsage()]
    const { length } = await encode(body, coding)
    const { user, system } = process.cpuUsage(before)
    return { length, ms: performance.now() - startedAt, cpuMs: (user + system) / 1000 }
  })
  bench.progress('compression: the codings are measured')
  return {
    title: 'Coding a body at a fill',
    columns: ['', 'bytes', 'share of the body', 'ms', 'CPU ms'],
    rows: [...measured].map(([{ body, coding }, all]) => [
      `${body.length / KILOBYTE} KB, ${coding}`,
      all[0]?.length ?? NaN,
      (all[0]?.length ?? NaN) / body.length,
      summarise(all.map(({ ms }) => ms)),
      summarise(all.map(({ cpuMs }) => cpuMs))
    ]),
    note: 'Median (least–greatest). In a thread of the pool; the CPU time is that of the whole process.'
  }
}

const BROWSER = { ...CALLER, 'accept-encoding': 'gzip, deflate, br, zstd' }

/** Every entry is a read through the proxy door that missed; then each is read once as a browser does. */
const memoryOf = async (bench: Bench, sizes: readonly number[]): Promise<Table> => {
  const rows: Table['rows'][number][] = []
  for (const size of sizes) {
    const entries = Math.ceil((bench.isQuick ? 10_000 : 50_000) / (size + 10))
    for (const setting of SETTINGS) {
      const origin = await startOrigin({ bodyBytes: size * KILOBYTE, latencyMs: 0, isVaried: true })
      const { url, look, stop } = await redisMeter.start(origin.url, bench.cores?.subject, {
        ...PATIENT,
        COMPRESSION: setting
      })
      try {
        await fillThroughProxy(url, pathOf, { from: 0, to: BEFORE })
        const [before = NaN] = await look()
        await fillThroughProxy(url, pathOf, { from: BEFORE, to: BEFORE + entries })
        const [after = NaN] = await look()
        const sent = await bytesSent(url)
        rows.push([`${size} KB, COMPRESSION=${setting}`, (after - before) / entries, sent])
      } finally {
        await stop()
        await origin.stop()
      }
    }
    bench.progress(`compression: entries of ${size} KB in Redis`)
  }
  return {
    title: 'An entry in Redis, and the body of its hit',
    columns: ['', 'bytes in Redis', 'bytes sent to a browser'],
    rows,
    note: 'Growth of `used_memory` by the number of entries. The browser sends `Accept-Encoding: gzip, deflate, br, zstd`.'
  }
}

const BEFORE = 20
const pathOf = (number: number): string => `/api/v1/users/${number + 1}`

const bytesSent = async (url: string): Promise<number> => {
  let bytes = 0
  for (let number = 0; number < BEFORE; number++) {
    const { headers, body } = await request(`${url}${pathOf(number)}`, { headers: BROWSER })
    const { byteLength } = await body.arrayBuffer()
    const status = String(headers['cache-status'])
    if (!status.startsWith('spms; hit')) throw new Error(`A read was no hit: ${status}`)
    bytes += byteLength
  }
  return bytes / BEFORE
}

/** Of callers who ask for no coding: what they pay for those who do. */
const hitsOf = async (bench: Bench, subject: Subject, kilobytes: number): Promise<Table> => {
  const rounds: RoundsByName = await runClosedRounds(bench, {
    title: `${subject.name}, ${kilobytes} KB`,
    entrants: SETTINGS.map((setting) => entrantOf(subject, setting)),
    bodyBytes: kilobytes * KILOBYTE,
    isVaried: true,
    areHits: true,
    ...(bench.isQuick ? { rounds: 4, roundMs: 500 } : { rounds: 10, roundMs: 2000 })
  })
  const ratios = SETTINGS.slice(1).map((setting) => {
    const { median, min, max } = cpuRatio(rounds, setting, 'off')
    return `${setting}: ${median.toFixed(3)} (${min.toFixed(3)}–${max.toFixed(3)})`
  })
  return tableOf(
    `Hit of ${kilobytes} KB that is not coded, ${subject.name}`,
    rounds,
    `CPU in relation to \`off\` in the same round: ${ratios.join('; ')}.`
  )
}

/** All on one Redis. */
const entrantOf = (subject: Subject, setting: Setting): Entrant => ({
  ...readsProfile({
    ...subject,
    start: (options) => subject.start({ ...options, settings: settingsOf(options.settings, setting) })
  }),
  name: setting
})

const settingsOf = (settings: Readonly<Record<string, string>> = {}, setting: Setting) => ({
  ...settings,
  COMPRESSION: setting,
  KEY_PREFIX: `${setting.replaceAll(', ', '-')}:`
})
