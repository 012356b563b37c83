import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Test } from 'tap'
import { startOrigin } from '../demo/start-origin.js'
import { type Load, startLoad } from '../faults/load.js'
import { folderFor, nodeAt } from '../redis-modes/servers.js'
import { endWithTest } from '../support/children.js'
import { eventually } from '../support/eventually.js'
import { freePort } from '../support/free-port.js'
import { get } from '../support/http.js'
import { type RedisServer, startRedis } from '../support/redis-server.js'
import { type SidecarProcess, startSidecar } from '../support/sidecar-process.js'
import { type Endpoint, startEndpoint } from './endpoint.js'
import { type Guard, startGuard } from './guard.js'

export interface StageOptions {
  readonly lifetimeSeconds?: number
  readonly form?: 'single' | 'cluster' | 'sentinel'
  /** What is to be so before the sidecar starts. */
  readonly prepare?: (endpoint: Endpoint) => void
  readonly environment?: Readonly<Record<string, string>>
}

export interface Stage {
  readonly endpoint: Endpoint
  readonly guard: Guard
  readonly server: RedisServer
  readonly sidecar: SidecarProcess
  /** Until `/ready` says so of the store. */
  readonly untilStore: (state: 'up' | 'down') => Promise<unknown>
  /** The value of a metric, 0 where there is none. */
  readonly metric: (name: string) => Promise<number>
  /** Reads of one entry, with every answer checked. */
  readonly load: (perSecond: number) => Load
}

const ADMINISTRATOR = 'admin'
const PATH = '/api/v1/users/2/projects'

/** A sidecar whose only way into its Redis is a token of Entra ID. */
export const startStage = async (t: Test, options: StageOptions = {}): Promise<Stage> => {
  const { lifetimeSeconds = 3600, form = 'single', prepare, environment } = options
  const guardPort = await freePort()
  const cluster = ['--cluster-enabled', 'yes', '--cluster-announce-port', `${guardPort}`]
  const server = await startRedis({ password: ADMINISTRATOR, ...(form === 'cluster' && { args: cluster }) })
  t.teardown(() => server.stop())
  const admin = server.client()
  if (form === 'cluster') {
    await admin.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
    await eventually(async () => String(await admin.call('CLUSTER', 'INFO')).includes('cluster_state:ok'))
  }
  const administer = (command: string, ...args: readonly string[]) => admin.call(command, ...args)
  const guard = await startGuard(t, administer, server.port, guardPort)
  const endpoint = await startEndpoint(t, guard.issue)
  endpoint.lifetimeSeconds = lifetimeSeconds
  prepare?.(endpoint)
  const { address } = await startOrigin(t)
  const sidecar = await startSidecar({
    ...endpoint.environment,
    ORIGIN_URL: address,
    REDIS_AUTH: 'entra',
    REDIS_URL: await addressOf(t, form, guardPort),
    KEY_PREFIX: '{spms}:',
    REDIS_CONNECT_TIMEOUT_MS: '2000',
    // Load, guard and endpoint are in this process: on a busy machine they are late.
    REDIS_COMMAND_TIMEOUT_MS: '10000',
    ...environment
  })
  t.teardown(() => sidecar.stop())
  return {
    ...{ endpoint, guard, server, sidecar },
    untilStore: (state) =>
      eventually(async () => (await get(`${sidecar.ops}/ready`)).text().includes(`"store":"${state}"`), {
        timeoutMs: 20_000
      }),
    metric: async (name) => {
      const lines = (await get(`${sidecar.ops}/metrics`)).text().split('\n')
      return Number(
        lines
          .find((line) => line.startsWith(`spms_cache_${name} `))
          ?.split(' ')
          .at(-1) ?? 0
      )
    },
    load: (perSecond) =>
      startLoad({
        address: sidecar.proxy,
        perSecond,
        next: () => ({
          ...{ kind: 'cached', method: 'GET', path: PATH, headers: {} },
          wrongIn: (status) => (status === 200 ? undefined : `status ${status}`)
        })
      })
  }
}

const addressOf = async (t: Test, form: StageOptions['form'], port: number): Promise<string> => {
  if (form === 'cluster') return `redis+cluster://127.0.0.1:${port}`
  if (form === 'single') return `redis://127.0.0.1:${port}/1`
  return `redis+sentinel://127.0.0.1:${await startSentinel(t, port)}/1?master=mymaster`
}

/** Tells that port, where it watches the master as its administrator. */
const startSentinel = async (t: Test, masterPort: number): Promise<number> => {
  const port = await freePort()
  const file = join(await folderFor(t), 'sentinel.conf')
  const lines = [
    ...[`port ${port}`, 'bind 127.0.0.1', `sentinel monitor mymaster 127.0.0.1 ${masterPort} 1`],
    `sentinel auth-pass mymaster ${ADMINISTRATOR}`
  ]
  await writeFile(file, lines.join('\n'))
  const child = spawn('redis-server', [file, '--sentinel'], { stdio: 'ignore' })
  endWithTest(child)
  const sentinel = nodeAt(t, { port, child })
  await eventually(async () => (await sentinel.info('sentinel')).includes('status=ok'))
  return port
}
