import type { Test } from 'tap'
import { type RedisServer, startRedis } from '../support/redis-server.js'
import { eventually } from '../support/eventually.js'
import { get, http } from '../support/http.js'
import { type SidecarProcess, startSidecar } from '../support/sidecar-process.js'

/** A sidecar as built, in a process of its own, that reads an outbox. */
export interface Pod extends SidecarProcess {
  /** Puts values under these keys, each with a tag of its own name. */
  put(names: readonly string[]): Promise<void>
  /** Which of these keys have a value. */
  present(names: readonly string[]): Promise<readonly string[]>
  /** The value of a metric; `undefined` without one. */
  metric(name: string): Promise<number | undefined>
  says(message: string): boolean
}

export const redisFor = async (t: Test): Promise<RedisServer> => {
  const redis = await startRedis()
  t.teardown(() => redis.stop())
  return redis
}

/** Ready, connected to both, and stopped with the test. */
export const podFor = async (
  t: Test,
  environment: Readonly<Record<string, string>>,
  { isOutboxThere = true }: { readonly isOutboxThere?: boolean } = {}
): Promise<Pod> => {
  const sidecar = await startSidecar({
    PROXY_HOST: '127.0.0.1',
    OPS_HOST: '127.0.0.1',
    REDIS_COMMAND_TIMEOUT_MS: '1000',
    ...environment
  })
  t.teardown(() => sidecar.stop('SIGKILL'))
  const says = (message: string): boolean => sidecar.logs.some(({ msg }) => msg === message)
  if (isOutboxThere) await eventually(() => says('The outbox is read') && says('The store is up'))
  const post = async (path: string, body: unknown): Promise<unknown> => {
    const answer = await http(`${sidecar.control}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body)
    })
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${answer.text()}`)
    return answer.json()
  }
  return {
    ...sidecar,
    says,
    put: async (names) => {
      for (const some of chunksOf(names)) {
        const entries = some.map((name) => ({ key: `of-${name}`, value: 'v', tags: [name], ttl: 600 }))
        await post('/v1/entries/set', { entries })
      }
    },
    present: async (names) => {
      const found: string[] = []
      for (const some of chunksOf(names)) {
        const missing = missingOf(await post('/v1/entries/get', { keys: some.map((name) => `of-${name}`) }))
        found.push(...some.filter((name) => !missing.has(`of-${name}`)))
      }
      return found
    },
    metric: async (name) => {
      const text = (await get(`${sidecar.ops}/metrics`)).text()
      const value = new RegExp(`^${name.replaceAll(/[{}"]/g, String.raw`\$&`)} (\\S+)$`, 'm').exec(text)?.[1]
      return value === undefined ? undefined : Number(value)
    }
  }
}

const missingOf = (answer: unknown): ReadonlySet<unknown> => {
  const isAnswer = typeof answer === 'object' && answer !== null && 'missing' in answer
  if (!isAnswer || !Array.isArray(answer.missing)) throw new Error(`odd answer: ${JSON.stringify(answer)}`)
  return new Set(answer.missing)
}

const chunksOf = (names: readonly string[]): readonly (readonly string[])[] =>
  Array.from({ length: Math.ceil(names.length / 500) }, (_, n) => names.slice(n * 500, (n + 1) * 500))
