import type { Test } from 'tap'
import { startLoad, type Sample } from '../faults/load.js'
import { createMix } from '../faults/mix.js'
import { startOrigin } from '../faults/origin-process.js'
import type { Exit } from '../support/children.js'
import { eventually } from '../support/eventually.js'
import { freePort } from '../support/free-port.js'
import { startRedis } from '../support/redis-server.js'
import { startSidecar } from '../support/sidecar-process.js'
import { startBalancer, type Balancer } from './balancer.js'

export interface PairOptions {
  readonly delayMs: number
  /** What the balancer asks for to know whether a sidecar is to get requests. */
  readonly checkPath: '/ready' | '/live'
}

export interface Pair {
  readonly balancer: Balancer
  /** Requests that have ended. */
  readonly samples: readonly Sample[]
  /** SIGTERM, and once the process has ended another one in its place, until the balancer uses it. */
  readonly replace: (name: Name) => Promise<Exit>
  /** Resolves once so many more requests have ended. */
  readonly pass: (requests: number) => Promise<unknown>
  /** Ends the load; the requests under way are waited for. */
  readonly stop: () => Promise<void>
}

type Name = 'a' | 'b'

export const PER_SECOND = 500

/** Two sidecars with one Redis and one origin behind a balancer, under load from the moment on that both are in use. */
export const startPair = async (t: Test, { delayMs, checkPath }: PairOptions): Promise<Pair> => {
  const origin = await startOrigin(t)
  const redis = await startRedis()
  t.teardown(() => redis.stop())
  const start = async (proxyPort: number, opsPort: number) => {
    const sidecar = await startSidecar({
      ORIGIN_URL: origin.address,
      REDIS_URL: redis.url,
      PROXY_PORT: `${proxyPort}`,
      OPS_PORT: `${opsPort}`,
      SHUTDOWN_DELAY_MS: `${delayMs}`
    })
    t.teardown(() => sidecar.stop('SIGKILL'))
    return sidecar
  }
  const startFirst = async (name: Name) => {
    const [proxyPort, opsPort] = [await freePort(), await freePort()]
    return { name, proxyPort, opsPort, running: await start(proxyPort, opsPort) }
  }
  const places = { a: await startFirst('a'), b: await startFirst('b') }
  const balancer = await startBalancer(t, { targets: Object.values(places), checkPath })
  const next = await createMix(origin.address)
  const load = startLoad({ address: balancer.address, perSecond: PER_SECOND, next })
  t.teardown(() => load.stop())

  return {
    balancer,
    samples: load.samples,
    replace: async (name) => {
      const place = places[name]
      const exit = await place.running.stop()
      place.running = await start(place.proxyPort, place.opsPort)
      await eventually(() => balancer.isUp(name))
      return exit
    },
    pass: (requests) => {
      const until = load.samples.length + requests
      return eventually(() => load.samples.length >= until, { timeoutMs: 30_000 })
    },
    stop: () => load.stop()
  }
}
