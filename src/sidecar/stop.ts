import type { Server } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { Cache } from '../cache/cache.js'
import type { Warming } from '../cache/warming/warming.js'
import type { Door } from '../doors/server-factory.js'
import type { HttpOrigin } from '../origin/http-origin.js'
import type { Store } from '../cache/store.js'
import type { Outbox } from './load-outbox.js'
import type { Telemetry } from '../telemetry/otel/telemetry.js'

interface StopParts {
  readonly warming: Warming
  readonly proxy: Door
  readonly control: Door
  readonly ops: Door
  /** The control door's unix socket. */
  readonly socket: Server | undefined
  readonly cache: Cache
  readonly origin: HttpOrigin
  /** Needs the store. */
  readonly outbox?: Pick<Outbox, 'stop'> | undefined
  /** The control door closes it. */
  readonly store: Pick<Store, 'endWaiting'>
  readonly telemetry?: Pick<Telemetry, 'close'> | undefined
  /** How long the doors go on. */
  readonly delayMs: number
  /** How long requests may then take. */
  readonly timeoutMs: number
}

export interface Stopped {
  /** Requests that were cut because they took too long. */
  readonly cut: number
}

/** For what is left when the time is over: invalidations of writes that were cut, the control and the ops door. */
const LAST_MS = 1000

/**
 * Closes the doors, finishes what is in progress and closes the rest, in the order in which one needs the other: the
 * backend may call the control door for a request of the proxy door, and a write is followed by its invalidation.
 * Resolves after `delayMs`, `timeoutMs`, a few times `LAST_MS` and the 2 s of the telemetry at most, whatever callers, the
 * origin and the collector do.
 */
export const stopInOrder = async (parts: StopParts): Promise<Stopped> => {
  const { cache, origin, delayMs, timeoutMs } = parts
  await Promise.race([parts.warming.stop(), delay(LAST_MS)])
  await delay(delayMs)
  const until = performance.now() + timeoutMs
  const left = (): number => Math.max(0, until - performance.now())
  const finish = ({ app, serverFactory }: Door, leastMs = LAST_MS): Promise<number> =>
    serverFactory.finish(Promise.resolve(app.close()), Math.max(left(), leastMs))

  // Writes that are held until Redis takes their invalidation are answered before they would be cut.
  const answering = setTimeout(() => parts.store.endWaiting(), Math.max(0, timeoutMs - LAST_MS))
  const cutProxied = await finish(parts.proxy, 0)
  clearTimeout(answering)
  const settled = cache.settled()
  await Promise.race([settled, delay(left())])
  // A write without an answer fails, and is invalidated as one that may have been done.
  await origin.close()
  await Promise.race([settled, delay(LAST_MS)])
  await Promise.race([parts.outbox?.stop(), delay(2 * LAST_MS)])
  parts.socket?.close()
  // Its last act is to close the store.
  const cutControl = await finish(parts.control)
  const cutOps = await finish(parts.ops)
  await parts.telemetry?.close()
  return { cut: cutProxied + cutControl + cutOps }
}
