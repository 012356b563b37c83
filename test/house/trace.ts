import { Session } from 'node:inspector/promises'
import { relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createOrigin } from '../../demo/origin/origin.js'
import { readConfig } from '../../src/config/config.js'
import { createSidecar } from '../../src/sidecar/sidecar.js'
import { createLogger } from '../../src/telemetry/logger.js'
import { eventually } from '../support/eventually.js'
import { http, type HttpAnswer } from '../support/http.js'
import { startRedis } from '../support/redis-server.js'

/**
 * The files of `src`, from there, of which a function ran between a request and its answer:
 *
 * - `hit`: from Redis, for a caller who is signed in, of an entry of his own
 * - `shared hit`: of an entry that is shared by all who are signed in, so that a proof is read with it
 * - `miss`: answered by the origin and stored
 * - `write`: through the proxy, where the table knows what it makes untrue
 * - `invalidation`: of a key and a tag, at the control door
 */
export type Paths = Readonly<
  Record<'hit' | 'shared hit' | 'miss' | 'write' | 'invalidation', readonly string[]>
>

const JSON_TYPE = { 'content-type': 'application/json' }

/**
 * Runs the sidecar in this process, in front of the sample origin and a Redis server, and asks V8 which functions each
 * kind of request has called. Every request has been made before, so that nothing is counted that only the first one needs.
 */
export const tracePaths = async (): Promise<Paths> => {
  const redis = await startRedis()
  const origin = createOrigin({ latency: { minMs: 0, maxMs: 0 } })
  const config = readConfig({
    ...{ PROXY_HOST: '127.0.0.1', OPS_HOST: '127.0.0.1', REDIS_URL: redis.url },
    ...{ PROXY_PORT: '0', CONTROL_PORT: '0', OPS_PORT: '0', WARM_TIMEOUT_MS: '1', LOG_LEVEL: 'info' },
    ORIGIN_URL: await origin.listen()
  })
  const sidecar = await createSidecar({ config, log: createLogger({ level: 'silent' }) })
  try {
    const { proxy, control, ops } = await sidecar.listen()
    await eventually(async () => (await http(`${ops}/ready`)).body.includes('"up"'))
    return await traceAll({ proxy, control, headers: origin.signIn(5) })
  } finally {
    await sidecar.close()
    await origin.close()
    await redis.stop()
  }
}

interface Stage {
  readonly proxy: string
  readonly control: string
  /** Of a caller who is signed in. */
  readonly headers: Record<string, string>
}

const traceAll = async ({ proxy, control, headers }: Stage): Promise<Paths> => {
  const read = (path: string) => http(`${proxy}/api/v1/${path}`, { headers })
  const write = () =>
    http(`${proxy}/api/v1/projects/2`, {
      method: 'PUT',
      headers: { ...headers, ...JSON_TYPE },
      body: '{"title":"Another"}'
    })
  const invalidate = () =>
    http(`${control}/v1/invalidations`, {
      method: 'POST',
      headers: JSON_TYPE,
      body: '{"keys":["a"],"tags":["project:1"]}'
    })
  // The first read is the proof of who is calling; then everything once, before it is traced.
  const mine = 'projects/mine'
  const lists = [6, 7, 8].map((user) => `users/${user}/projects`)
  for (const path of ['users/7', 'users/8', 'users/8', mine, mine, ...lists.slice(1)]) await read(path)
  await write()
  await invalidate()
  await read(mine)
  return {
    hit: await traced('spms; hit; ttl=', () => read(mine)),
    'shared hit': await traced('spms; hit; ttl=', () => read('users/8')),
    miss: await traced('spms; fwd=uri-miss; stored', () => read(lists[0] ?? '')),
    write: await traced('spms; fwd=method', write),
    invalidation: await traced(undefined, invalidate)
  }
}

const SOURCES = fileURLToPath(new URL('../../src', import.meta.url))

/** The files of which a function has run meanwhile. Rejects when the answer says something else of the cache. */
const traced = async (
  cacheStatus: string | undefined,
  ask: () => Promise<HttpAnswer>
): Promise<readonly string[]> => {
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false })
  const answer = await ask()
  const { result } = await session.post('Profiler.takePreciseCoverage')
  session.disconnect()
  const said = answer.headers['cache-status']
  if (answer.status >= 300 || !String(said).startsWith(String(cacheStatus))) {
    throw new Error(`The traced request was answered ${answer.status}, ${String(said)}`)
  }
  return result
    .filter(({ functions }) => functions.some(({ ranges }) => ranges.some(({ count }) => count > 0)))
    .filter(({ url }) => url.startsWith('file:'))
    .map(({ url }) => relative(SOURCES, fileURLToPath(url)).replaceAll(sep, '/'))
    .filter((path) => !path.startsWith('.'))
    .sort()
}
