import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { request } from 'undici'
import { endWithTest, exitOf } from '../test/support/children.js'

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

export const startOrigin = async ({ bodyBytes, latencyMs }: OriginOptions): Promise<BenchOrigin> => {
  const child = spawn(
    process.execPath,
    [
      '--import',
      'tsx',
      fileURLToPath(new URL('./origin-process.ts', import.meta.url)),
      ...[`${bodyBytes}`, `${latencyMs}`]
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] }
  )
  endWithTest(child)
  const url = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).once('line', resolve)
    child.once('exit', () => reject(new Error('The origin ended at its start.')))
  })
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

/** JSON of that many bytes, of the shape that the resource table expects at that path. */
export const bodyOf = (path: string, bytes: number): Buffer => {
  const id = idIn(path)
  return Buffer.from(isList(path) ? listOf(groupOf(path), bytes) : padded({ id, user: { id } }, bytes))
}

export const isList = (path: string): boolean => /projects|branches/.test(path)

/** There are some thousand projects: each list shows those of one group, and the lists of one group are the same. */
export const groupOf = (path: string): number => idIn(path) % GROUPS

const GROUPS = 64

const idIn = (path: string): number => Number(/\d+/.exec(path.replace('/v1/', ''))?.[0] ?? 1)

const RECORD_BYTES = 512

const listOf = (group: number, bytes: number): string => {
  const count = Math.max(1, Math.floor(bytes / RECORD_BYTES))
  const inner = bytes - 2 - (count - 1)
  const share = Math.floor(inner / count)
  const records = Array.from({ length: count }, (_, at) =>
    padded({ id: group * count + at + 1 }, at === 0 ? inner - share * (count - 1) : share)
  )
  return `[${records.join(',')}]`
}

/** With many short words, as real records have: a cache that parses what it sends should show it. */
const padded = (record: object, bytes: number): string => {
  const text = JSON.stringify({ ...record, words: [] }).slice(0, -2)
  const room = Math.max(2, bytes - text.length - 2)
  const words = Math.floor(room / WORD.length)
  const last = `"${'x'.repeat(room - words * WORD.length + WORD.length - 2)}"`
  return `${text}${WORD.repeat(Math.max(0, words - 1))}${last}]}`
}

const WORD = '"words",'
