import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { request } from 'undici'
import { endWithTest, exitOf } from '../test/support/children.js'
import { letGoFirst } from './load/cores.js'

export interface BenchOrigin {
  readonly url: string
  readonly pid: number
  /** How many requests it has had. */
  requests(): Promise<number>
  stop(): Promise<void>
}

export interface OriginOptions {
  /** Of every answer's body. */
  readonly bodyBytes: number
  /** How long it takes to answer. */
  readonly latencyMs: number
  /** As hard to compress as real records are. */
  readonly isVaried?: boolean | undefined
}

/** Answered with the number of requests to all other paths. */
export const COUNT_PATH = '/requests'

/** What the real one sends beside the body: nothing that says how long an answer is fresh. */
export const ORIGIN_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'application/json',
  vary: 'Accept, Cookie, origin',
  allow: 'GET, HEAD, OPTIONS',
  'x-frame-options': 'DENY',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin'
}

export const startOrigin = async ({
  bodyBytes,
  latencyMs,
  isVaried = false
}: OriginOptions): Promise<BenchOrigin> => {
  const child = spawn(
    process.execPath,
    [
      '--import',
      'tsx',
      fileURLToPath(new URL('./origin-process.ts', import.meta.url)),
      ...[`${bodyBytes}`, `${latencyMs}`, `${Number(isVaried)}`]
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] }
  )
  endWithTest(child)
  const url = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).once('line', resolve)
    child.once('exit', () => reject(new Error('The origin ended at its start.')))
  })
  if (child.pid !== undefined) letGoFirst(child.pid)
  return {
    url,
    pid: child.pid ?? 0,
    requests: async () => Number(await (await request(`${url}${COUNT_PATH}`)).body.text()),
    stop: async () => {
      child.kill('SIGKILL')
      await exitOf(child)
    }
  }
}
