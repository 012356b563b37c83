import { Agent } from 'node:http'
import t, { type Test } from 'tap'
import { heldMebibytes, MEASURED } from '../support/held-memory.js'
import { get } from '../support/http.js'
import type { RedisServer } from '../support/redis-server.js'
import { startRedis } from '../support/redis-server.js'
import { type SidecarProcess, startSidecar } from '../support/sidecar-process.js'
import { type Behaviour, bodyOf, isBrokenOff, numberOf } from './behaviour.js'
import { type Case, casesOf, nameOf } from './cases.js'
import { faultIn } from './judge.js'
import { type Pace, type Read, readAnswer } from './reader.js'

/** A server as it is set up, and all that it can be asked to do. */
export interface OriginServer {
  readonly name: string
  readonly behaviours: readonly Behaviour[]
  /** Resolves with its address; it ends with the test. */
  readonly start: (t: Test) => Promise<string>
}

/** Cases under way at a time, for each store. */
const AT_ONCE = 24
/** All bodies together are hundreds of MiB; it holds 20 MiB after its start, and what it stores. */
const HELD_MAX_MIB = 64
const STORE_BYTES = 16 * 1024 * 1024

/** Every case in front of this server, with both stores at the same time. */
export const testOrigin = ({ name, behaviours, start }: OriginServer): void => {
  t.test(
    `${name}: every answer is whole and equal, or broken off where the origin broke it off`,
    async (t) => {
      t.setTimeout(200_000)
      const url = await start(t)
      const redis = await startRedis()
      t.teardown(() => redis.stop())
      await Promise.all(
        (['redis', 'memory'] as const).map((store) => testStore(t, { store, url, behaviours, redis }))
      )
    }
  )
}

interface StoreOptions {
  readonly store: 'redis' | 'memory'
  readonly url: string
  readonly behaviours: readonly Behaviour[]
  readonly redis: RedisServer
}

const testStore = async (t: Test, { store, url, behaviours, redis }: StoreOptions): Promise<void> => {
  const sidecar = await startSidecar({
    CACHE_STORE: store,
    REDIS_URL: redis.url,
    MEMORY_MAX_BYTES: String(STORE_BYTES),
    ORIGIN_URL: url,
    LOG_LEVEL: 'warn',
    ...MEASURED
  })
  t.teardown(() => sidecar.stop())
  const agent = new Agent({ keepAlive: true })
  t.teardown(() => agent.destroy())
  const startedAt = performance.now()
  const cases = casesOf(behaviours)
  const isFill = ({ kind }: Case): boolean => kind === 'fill' || kind === 'collapsed'
  const run = { proxy: sidecar.proxy, agent, faults: [], seen: [] }
  // Apart: a write would take away what has been stored.
  await runAll(
    run,
    cases.filter((one) => !isFill(one))
  )
  await runAll(run, cases.filter(isFill))
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  const held = await heldMebibytes(sidecar)
  t.comment(
    `${store}: ${cases.length} cases, ${run.seen.length} answers, ${seconds} s, ${held.toFixed(0)} MiB`
  )
  t.strictSame(run.faults, [], `${store}: ${cases.length} cases`)
  judgeKinds(t, store, run, cases)
  await judgeProcess(t, store, sidecar)
  t.ok(held < HELD_MAX_MIB, `${store}: ${held.toFixed(0)} MiB are held`)
}

interface Run {
  readonly proxy: string
  readonly agent: Agent
  readonly faults: string[]
  /** `Cache-Status` of every answer. */
  readonly seen: string[]
}

const runAll = async (run: Run, cases: readonly Case[]): Promise<void> => {
  const waiting = [...cases.entries()]
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [serial, one] = next
      for (const fault of await runCase(run, one, serial + 1)) run.faults.push(`${nameOf(one)}: ${fault}`)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}

const runCase = async (run: Run, one: Case, serial: number): Promise<readonly string[]> => {
  const { behaviour, size, kind } = one
  const number = numberOf({ ...behaviour, size }, serial)
  const read = async (
    pace: Pace,
    method: 'GET' | 'HEAD' | 'PUT',
    path: string
  ): Promise<string | undefined> => {
    const body = method === 'PUT' ? JSON.stringify({ title: 'a' }) : undefined
    // One that is kept shows whether the next answer begins where this one ends.
    const agent = pace === 'fast' ? run.agent : false
    const expected = bodyOf(size)
    try {
      const answer = await readAnswer(run.proxy + path, {
        method,
        pace,
        agent,
        expected,
        ...(body && { body })
      })
      run.seen.push(statusOf(answer))
      return faultIn({ ...one, pace }, answer)
    } catch (error) {
      // Broken off before this side had any of it.
      return isBrokenOff(behaviour.end) ? undefined : `no answer: ${String(error)}`
    }
  }
  const row = `/api/v1/users/${number}/projects`
  const faults = async (): Promise<readonly (string | undefined)[]> => {
    if (kind === 'read') return [await read(one.pace, 'GET', `/files/${number}`)]
    if (kind === 'write') return [await read(one.pace, 'PUT', `/api/v1/projects/${number}`)]
    if (kind === 'head') return [await read('fast', 'HEAD', serial % 2 === 0 ? row : `/files/${number}`)]
    if (kind === 'fill') return [await read(one.pace, 'GET', row), await read('fast', 'GET', row)]
    return Promise.all((['fast', 'slow', 'stalled'] as const).map((pace) => read(pace, 'GET', row)))
  }
  return (await faults()).filter((fault) => fault !== undefined)
}

const statusOf = ({ headers }: Read): string => String(headers['cache-status'])

/** A matrix whose fills were never stored would show nothing of them. */
const judgeKinds = (t: Test, store: string, { seen }: Run, cases: readonly Case[]): void => {
  const storable = cases.filter(
    ({ behaviour, size, kind, pace }) =>
      kind === 'fill' && pace !== 'leaving' && size > 0 && size < 1024 * 1024 && !isBrokenOff(behaviour.end)
  ).length
  const count = (text: string): number => seen.filter((status) => status.includes(text)).length
  t.ok(count('; hit') > storable / 2, `${store}: ${count('; hit')} hits`)
  t.ok(count('; collapsed') > 0, `${store}: ${count('; collapsed')} collapsed`)
  t.ok(count('fwd=method') > 0, `${store}: ${count('fwd=method')} writes`)
}

const judgeProcess = async (t: Test, store: string, { proxy, ops, logs }: SidecarProcess): Promise<void> => {
  t.equal((await get(`${ops}/ready`)).status, 200, `${store}: it is ready`)
  const number = numberOf({ end: 'kept', framing: 'content-length', size: 1024 }, 1)
  const answer = await get(`${proxy}/files/${number}`)
  t.ok(answer.status === 200 && answer.body.equals(bodyOf(1024)), `${store}: it answers`)
  const errors = logs.filter(({ level }) => !['warn', 'info', 'held'].includes(level))
  t.strictSame(errors, [], `${store}: no error in its log`)
}
