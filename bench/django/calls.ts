import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { PYTHON } from '../../test/backend/start-database.js'
import { startRedis } from '../../test/support/redis-server.js'
import { startSidecar } from '../../test/support/sidecar-process.js'
import { groupBy } from '../load/group-by.js'
import { summarise } from '../load/statistics.js'
import type { Table } from '../scenario.js'

const run = promisify(execFile)
const CLIENT = join(import.meta.dirname, '..', '..', 'clients', 'django')

const NOTE =
  'Microseconds, median (least–greatest) of interleaved rounds in one Python process, serializer included. The caller waits p50. ' +
  'CPU is that of one call in the caller, and in the sidecar and Redis together.'

/** One table for each call and size. */
export const measureCalls = async ({ isQuick }: { readonly isQuick: boolean }): Promise<readonly Table[]> => {
  const folder = await mkdtemp(join(tmpdir(), 'spms-calls-'))
  const [behind, alone] = await Promise.all([startRedis(), startRedis()])
  const socket = join(folder, 'control.sock')
  const sidecar = await startSidecar({
    REDIS_URL: behind.url,
    CONTROL_SOCKET: socket,
    REDIS_COMMAND_TIMEOUT_MS: '5000',
    NODE_ENV: 'production'
  })
  try {
    const [rounds, calls] = isQuick ? [3, 200] : [15, 500]
    const { stdout } = await run(PYTHON, ['-m', 'bench.calls', `${rounds}`, `${calls}`], {
      cwd: CLIENT,
      maxBuffer: 2 ** 26,
      env: {
        PATH: process.env['PATH'] ?? '',
        PYTHONDONTWRITEBYTECODE: '1',
        PYTHONPATH: [CLIENT, join(CLIENT, 'src')].join(':'),
        BENCH_CONTROL_URL: sidecar.control,
        BENCH_CONTROL_SOCKET: socket,
        BENCH_REDIS_URL: alone.url,
        BENCH_SIDECAR_PIDS: `${sidecar.pid}`,
        BENCH_REDIS_PIDS: `${behind.pid} ${alone.pid}`
      }
    })
    return tablesOf(parseRounds(stdout))
  } finally {
    await sidecar.stop()
    await Promise.all([behind.stop(), alone.stop()])
    await rm(folder, { recursive: true, force: true })
  }
}

interface Round {
  readonly entrant: string
  readonly call: string
  readonly size: string
  readonly p50: number
  readonly p99: number
  readonly client_cpu: number
  readonly server_cpu: number
}

const FIGURES = ['p50', 'p99', 'client_cpu', 'server_cpu'] as const

const tablesOf = (rounds: readonly Round[]): readonly Table[] =>
  [...groupBy(rounds, ({ call, size }) => `cache.${call} of ${size}`)].map(([title, of]) => ({
    title,
    columns: ['', 'p50 µs', 'p99 µs', 'CPU of the caller', 'CPU of the servers'],
    rows: [...groupBy(of, ({ entrant }) => entrant)].map(([entrant, each]) => [
      entrant,
      ...FIGURES.map((figure) => summarise(each.map((round) => round[figure])))
    ]),
    note: NOTE
  }))

const parseRounds = (text: string): readonly Round[] => {
  const rounds: unknown = JSON.parse(text)
  if (!Array.isArray(rounds) || !rounds.every(isRound)) throw new Error(`The calls said ${text}`)
  return rounds
}

const isRound = (value: unknown): value is Round =>
  typeof value === 'object' && value !== null && FIGURES.every((name) => name in value) && 'entrant' in value
