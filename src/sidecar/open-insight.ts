import { hostname } from 'node:os'
import type { Observer } from '../cache/observer.js'
import type { Config } from '../config/config.js'
import type { ControlParts } from '../doors/control/control-context.js'
import { createAnalytics, type ShareOptions } from '../insight/analytics.js'
import { createAuditReport } from '../insight/audit-report.js'
import { monotonicNow } from './clocks.js'

export interface Insight {
  readonly observers: readonly Partial<Observer>[]
  /** For the control door. */
  readonly reports: Pick<ControlParts, 'analytics' | 'audit'>
  /** From now on the pods tell each other their figures, where they have a store together. */
  share(options: Omit<ShareOptions, 'pod'>): void
  stop(): void
}

/** What watches the cache to tell whether it is worth it, and right. */
export const openInsight = (config: Config): Insight => {
  const analytics = config.ANALYTICS ? createAnalytics({ elapsed: monotonicNow }) : undefined
  const audit = createAuditReport(Date.now)
  return {
    observers: [audit.observer, ...(analytics ? [analytics.observer] : [])],
    reports: { analytics, audit: audit.snapshot },
    share: (options) => {
      if (config.CACHE_STORE === 'redis') analytics?.share({ ...options, pod: hostname() })
    },
    stop: () => analytics?.stop()
  }
}
