import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import { eventually } from '../support/eventually.js'
import { get, http, type HttpAnswer } from '../support/http.js'
import { type RedisServer, startRedis } from '../support/redis-server.js'
import { type SidecarProcess, startSidecar } from '../support/sidecar-process.js'

/** The built sidecar with a meter of its event loop, before an origin that answers when it is told to. */
export interface BulkStage {
  readonly sidecar: SidecarProcess
  readonly redis: RedisServer | undefined
  /** Misses that wait for the origin, of entries with this many tags; resolves when all have asked it. */
  slowMisses(count: number, tags: number): Promise<SlowMisses>
  control(method: string, path: string, json?: unknown): Promise<HttpAnswer>
  /** Bytes that Redis has sent so far; 0 without. */
  sentByRedis(): Promise<number>
  /** What the work cost others. */
  during(work: () => Promise<unknown>): Promise<Cost>
}

export interface SlowMisses {
  readonly keys: readonly string[]
  /** Has the origin answer, and resolves with what the readers got. */
  answer(): Promise<readonly HttpAnswer[]>
}

export interface Cost {
  /** Longest that the event loop was kept from its turns, in ms of CPU time. */
  readonly stallMs: number
  /** Third longest command of Redis: two may have been interrupted by other processes. 0 without. */
  readonly redisMs: number
  /** What `/ready` said of the store, and how often. */
  readonly ready: Readonly<Record<string, number>>
  /** The greatest memory of the process so far. */
  readonly maxRssMib: number
}

const METER = fileURLToPath(new URL('stall-meter.mjs', import.meta.url))

export const openBulkStage = async (t: Test, store: 'redis' | 'memory'): Promise<BulkStage> => {
  const held: { readonly response: ServerResponse; readonly tags: number }[] = []
  let tags = 0
  const origin = createServer((request, response) => {
    request.resume()
    held.push({ response, tags })
  })
  await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    origin.closeAllConnections()
    origin.close()
  })
  const redis = store === 'redis' ? await startRedis() : undefined
  t.teardown(() => redis?.stop())
  const sidecar = await startSidecar({
    ORIGIN_URL: `http://127.0.0.1:${(origin.address() as AddressInfo).port}`,
    CACHE_STORE: store,
    NODE_OPTIONS: `--import=${METER}`,
    ...(redis !== undefined && { REDIS_URL: redis.url })
  })
  t.teardown(() => sidecar.stop())

  const measure = async (): Promise<{ readonly stallMs: number; readonly maxRssMib: number }> => {
    const lines = () => sidecar.logs.filter(({ msg }) => msg === 'stall')
    const before = lines().length
    process.kill(sidecar.pid, 'SIGUSR2')
    await eventually(() => lines().length > before)
    const line = lines().at(-1)
    return { stallMs: Number(line?.['ms']), maxRssMib: Math.round(Number(line?.['maxRssKib']) / 1024) }
  }

  const stateOf = async (): Promise<string> => {
    const answer = await get(`${sidecar.ops}/ready`)
    return /"store":"(\w+)"/.exec(answer.text())?.[1] ?? `${answer.status}`
  }
  await eventually(async () => (await stateOf()) === 'up')

  const control: BulkStage['control'] = (method, path, json) =>
    http(`${sidecar.control}${path}`, {
      method,
      ...(json !== undefined && {
        headers: { 'content-type': 'application/json' },
        body: typeof json === 'string' ? json : JSON.stringify(json)
      })
    })
  // Schemas are compiled when they are first needed: once in the life of a process.
  await control('POST', '/v1/entries/set', { entries: [{ key: 'first', value: '', tags: ['first'] }] })
  await control('POST', '/v1/entries/get', { keys: ['first'] })
  await control('POST', '/v1/invalidations', { keys: ['first'], tags: ['first'], patterns: ['first*'] })

  return {
    sidecar,
    redis,
    slowMisses: async (count, tagged) => {
      tags = tagged
      const people = Array.from({ length: count }, (_, at) => 5 + at)
      const answers = people.map((id) =>
        get(`${sidecar.proxy}/api/v1/users/${id}/projects`, { headers: { host: 'spms.test' } })
      )
      await eventually(() => held.length === count)
      return {
        keys: people.map((id) => `user:${id}:projects`),
        answer: () => {
          for (const each of held.splice(0)) {
            const projects = Array.from({ length: each.tags }, (_, id) => ({ id }))
            each.response.setHeader('content-type', 'application/json').end(JSON.stringify(projects))
          }
          return Promise.all(answers)
        }
      }
    },
    control,
    sentByRedis: async () => {
      const info = String(await redis?.cli('info', 'stats'))
      return Number(/total_net_output_bytes:(\d+)/.exec(info)?.[1] ?? 0)
    },
    during: async (work) => {
      await measure()
      await redis?.cli('config', 'set', 'slowlog-log-slower-than', '1000')
      await redis?.cli('slowlog', 'reset')
      const ready: Record<string, number> = {}
      const over = new AbortController()
      const probing = (async () => {
        while (!over.signal.aborted) {
          const state = await stateOf()
          ready[state] = (ready[state] ?? 0) + 1
          await new Promise((resolve) => setTimeout(resolve, 5))
        }
      })()
      await work().finally(() => over.abort())
      await probing
      return { ...(await measure()), redisMs: redis === undefined ? 0 : await slowest(redis), ready }
    }
  }
}

const slowest = async (redis: RedisServer): Promise<number> => {
  const log: unknown = await redis.cli('slowlog', 'get', '1000')
  const times = Array.isArray(log)
    ? log.map((line: unknown) => (Array.isArray(line) ? Number(line[2]) : 0))
    : []
  return (times.sort((a, b) => b - a)[2] ?? 0) / 1000
}

/** Does the work for each number below `count`, some at a time. */
export const inCrowd = async (
  count: number,
  width: number,
  work: (at: number) => Promise<unknown>
): Promise<void> => {
  let next = 0
  const one = async (): Promise<void> => {
    while (next < count) await work(next++)
  }
  await Promise.all(Array.from({ length: width }, one))
}
