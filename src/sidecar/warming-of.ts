import type { Logger } from 'pino'
import type { Cache } from '../cache/cache.js'
import type { CancelSignal } from '../concurrency/cancellation.js'
import { createWarming, type Warming, type WarmingOptions } from '../cache/warming/warming.js'
import type { Config } from '../config/config.js'
import { parseWarmIdentity } from '../config/check-together.js'
import { steadyNow } from './clocks.js'

interface WarmingParts extends Pick<WarmingOptions, 'table' | 'targets'> {
  readonly config: Config
  readonly cache: Cache
  readonly log: Logger
}

/** The warming of this process: what it does stands in the log, the headers that it reads with never do. */
export const warmingOf = ({ config, cache, table, targets, log }: WarmingParts): Warming =>
  createWarming({
    read: (request) => cache.read(request),
    table,
    targets,
    headers: parseWarmIdentity(config.WARM_IDENTITY ?? '{}') ?? [],
    timeoutMs: config.WARM_TIMEOUT_MS,
    isEnabled: config.CACHE_ENABLED !== 'false',
    now: steadyNow,
    delay,
    watcher: {
      started: (event) => {
        if (event.total > 0) log.info({ ...event, timeoutMs: config.WARM_TIMEOUT_MS }, 'Warming has begun')
      },
      failed: (event) => log.debug(event, 'A read of warming failed'),
      ended: (progress) => {
        if (progress.total > 0) log.info(progress, 'Warming has ended')
      }
    }
  })

const delay = (ms: number, run: CancelSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms).unref()
    run.onCancel(() => {
      clearTimeout(timer)
      resolve()
    })
  })
