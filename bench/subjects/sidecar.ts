import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort } from '../../test/support/free-port.js'
import { MAIN, NODE_ARGUMENTS } from '../../test/support/sidecar-command.js'
import type { RunningSubject, Subject, SubjectOptions } from '../subject.js'
import { createFolder, launch } from './process.js'

export interface RunningSidecar extends RunningSubject {
  readonly socketPath: string
  readonly controlUrl: string
  readonly opsUrl: string
}

export interface SidecarOptions extends Pick<SubjectOptions, 'originUrl' | 'redisUrl' | 'core' | 'settings'> {
  readonly store: 'memory' | 'redis'
  readonly nodeArguments?: readonly string[]
  /** The program of another Node than this one's. */
  readonly node?: string
  /** The bundle of another version, to compare with. */
  readonly program?: string
  /** Removed with it; one of its own without. */
  readonly folder?: string
}

/** Settings for a time budget that no command of Redis exceeds, on a machine that is busy with other things either. */
export const PATIENT = { REDIS_COMMAND_TIMEOUT_MS: '5000' }

/** As the image runs it: the bundle, all features on, logging at `info`. */
export const startSidecar = async (options: SidecarOptions): Promise<RunningSidecar> => {
  const [proxyPort, controlPort, opsPort] = [await freePort(), await freePort(), await freePort()]
  const folder = options.folder ?? (await createFolder())
  const socketPath = join(folder, 'control.sock')
  const opsUrl = `http://127.0.0.1:${opsPort}`
  const { pid, stop } = await launch({
    name: 'The sidecar',
    command: [
      options.node ?? process.execPath,
      ...NODE_ARGUMENTS,
      ...(options.nodeArguments ?? []),
      options.program ?? MAIN
    ],
    environment: {
      NODE_ENV: 'production',
      LOG_LEVEL: 'info',
      CACHE_STORE: options.store,
      ORIGIN_URL: options.originUrl,
      REDIS_URL: options.redisUrl,
      PROXY_HOST: '127.0.0.1',
      PROXY_PORT: `${proxyPort}`,
      CONTROL_PORT: `${controlPort}`,
      CONTROL_SOCKET: socketPath,
      OPS_HOST: '127.0.0.1',
      OPS_PORT: `${opsPort}`,
      ...options.settings
    },
    core: options.core,
    folder,
    isReady: () => isReady(`${opsUrl}/ready`, options.store)
  })
  return {
    url: `http://127.0.0.1:${proxyPort}`,
    controlUrl: `http://127.0.0.1:${controlPort}`,
    opsUrl,
    socketPath,
    pids: [pid],
    stop
  }
}

/** Ready, and its store up: it is ready without Redis, too, but that is not what is measured. */
const isReady = async (url: string, store: SidecarOptions['store']): Promise<boolean> => {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(1_000) })
    return answer.ok && (store === 'memory' || (await answer.text()).includes('"store":"up"'))
  } catch {
    return false
  }
}

const missing = async (): Promise<string | undefined> => {
  try {
    await access(MAIN)
    return undefined
  } catch {
    return 'the sidecar is not built: npm run build'
  }
}

export const sidecarMemory: Subject = {
  name: 'sidecar, memory',
  missing,
  start: (options) => startSidecar({ ...options, store: 'memory' })
}

export const sidecarRedis: Subject = {
  name: 'sidecar, Redis',
  missing,
  start: async (options) => {
    const sidecar = await startSidecar({ ...options, store: 'redis' })
    await empty(sidecar)
    return sidecar
  }
}

/** What an earlier run left in Redis is no part of a cold start. */
const empty = async ({ controlUrl }: RunningSidecar): Promise<void> => {
  const answer = await fetch(`${controlUrl}/v1/invalidations`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: '{"all":true}'
  })
  if (answer.status !== 200)
    throw new Error(`The cache was not emptied: ${answer.status} ${await answer.text()}`)
}
