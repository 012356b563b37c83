import type { Observer } from '../cache/observer.js'
import { Figures } from './figures.js'
import { type HotKeysFound, RecentKeys } from './recent-keys.js'
import { type PodFigures, Pods, type PodsOptions } from './pods.js'
import { SLOT_MS, SlidingWindows, type Window } from './sliding-windows.js'

export interface Analytics {
  readonly observer: Pick<
    Observer,
    'answered' | 'bypassed' | 'unstored' | 'originAsked' | 'originFailed' | 'invalidated'
  >
  over(window: Window): { readonly sum: Figures; readonly ms: number }
  /** Of the other pods; none before `share`, and while the store is down. */
  others(window: Window): Promise<readonly PodFigures[]>
  /** Of the last 15 to 30 minutes: the most frequent first. */
  hotKeys(most: number): HotKeysFound
  /** From now on the pods tell each other their figures through this store. */
  share(options: ShareOptions): void
  stop(): void
}

export type ShareOptions = Omit<PodsOptions, 'over'>

interface AnalyticsOptions {
  /** Milliseconds of a clock that does not step back. */
  readonly elapsed: () => number
}

/** Counts what the cache tells, in memory that is bounded by the number of rows. */
export const createAnalytics = ({ elapsed }: AnalyticsOptions): Analytics => {
  const windows = new SlidingWindows({ create: () => new Figures(), elapsed })
  const hot = new RecentKeys(elapsed)
  let pods: Pods | undefined
  const advancing = setInterval(() => {
    windows.advance()
    hot.advance()
  }, SLOT_MS).unref()

  return {
    observer: {
      answered: (event) => {
        windows.open.of(event.resource).answered(event)
        if (event.key !== undefined) hot.open.count(event.key, event.resource)
      },
      bypassed: ({ resource, reason }) => windows.open.of(resource).bypasses.add(reason),
      unstored: ({ resource, reason }) => windows.open.of(resource).unstored.add(reason),
      originAsked: ({ resource, durationMs, error }) => {
        if (error === undefined) windows.open.of(resource).originMs.record(durationMs)
      },
      originFailed: ({ resource }) => {
        windows.open.of(resource).originFailures++
      },
      invalidated: (event) => windows.open.invalidated(event)
    },
    over: (window) => windows.over(window),
    others: async (window) => (await pods?.others(window).catch(() => [])) ?? [],
    hotKeys: (most) => hot.top(most),
    share: (options) => {
      pods = new Pods({ ...options, over: (window) => windows.over(window) })
    },
    stop: () => {
      clearInterval(advancing)
      pods?.stop()
    }
  }
}
