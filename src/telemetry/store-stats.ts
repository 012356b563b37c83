import type { StoreStats } from '../cache/store.js'

export type ReadStats = () => Promise<StoreStats>

/** Long enough for any healthy store, short enough for a probe that waits one second. */
const LIMIT_MS = 250

/**
 * The stats within a bounded time; `undefined` when the store has not given them by then. Callers share the
 * request that is under way, so a store that hangs is never asked twice at a time.
 */
export const withinLimit = (
  stats: ReadStats,
  limitMs = LIMIT_MS
): (() => Promise<StoreStats | undefined>) => {
  let underWay: Promise<StoreStats | undefined> | undefined

  const ask = (): Promise<StoreStats | undefined> =>
    stats()
      .catch(() => undefined)
      .finally(() => {
        underWay = undefined
      })

  return () =>
    new Promise((resolve) => {
      const timer = setTimeout(() => resolve(undefined), limitMs)
      underWay ??= ask()
      void underWay.then((result) => {
        clearTimeout(timer)
        resolve(result)
      })
    })
}
