import type { StoreFigures } from '../cache/store.js'

export type ReadFigures = () => Promise<StoreFigures>

/** Long enough for any healthy store, short enough for a probe that waits one second. */
const LIMIT_MS = 250

/**
 * Figures within a bounded time; `undefined` when the store has not given them by then. Callers share the
 * request that is under way, so a store that hangs is never asked twice at a time.
 */
export const withinLimit = (
  figures: ReadFigures,
  limitMs = LIMIT_MS
): (() => Promise<StoreFigures | undefined>) => {
  let underWay: Promise<StoreFigures | undefined> | undefined

  const ask = (): Promise<StoreFigures | undefined> =>
    figures()
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
