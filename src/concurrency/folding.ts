export interface FoldingOptions<Work, Result> {
  /** Milliseconds from one run to the next of the same key. */
  readonly intervalMs: number
  readonly run: (work: Work) => Promise<Result>
  /** One that does the work of all. */
  readonly merge: (works: readonly Work[]) => Work
  /** Told how many were folded into one. */
  readonly folded?: (key: string, count: number) => void
  /** Runs it later; `setTimeout` unless a test has a clock of its own. */
  readonly after?: (ms: number, run: () => void) => void
}

/**
 * Bounds how often work of one key is done, and loses none of it: the first is done at once, and those that come within
 * the interval are done as one at its end. Each resolves when its work is done, which has begun after it came.
 */
export const createFolding = <Work, Result>(options: FoldingOptions<Work, Result>) => {
  const { intervalMs, run, merge, folded, after = later } = options
  const intervals = new Map<string, Interval<Work, Result>>()

  const begin = (key: string): void => {
    const interval = createInterval<Work, Result>()
    intervals.set(key, interval)
    after(intervalMs, () => {
      if (interval.works.length === 0) {
        intervals.delete(key)
        return
      }
      begin(key)
      if (interval.works.length > 1) folded?.(key, interval.works.length)
      interval.settle(run(merge(interval.works)))
    })
  }

  return (key: string, work: Work): Promise<Result> => {
    const interval = intervals.get(key)
    if (interval !== undefined) {
      interval.works.push(work)
      return interval.done
    }
    begin(key)
    return run(work)
  }
}

interface Interval<Work, Result> {
  readonly works: Work[]
  readonly done: Promise<Result>
  readonly settle: (result: Promise<Result>) => void
}

const createInterval = <Work, Result>(): Interval<Work, Result> => {
  let settle: (result: Promise<Result>) => void = () => undefined
  const done = new Promise<Result>((resolve) => {
    settle = resolve
  })
  // Whoever waits is told of a failure; most intervals end with nobody waiting.
  done.catch(() => undefined)
  return { works: [], done, settle }
}

const later = (ms: number, run: () => void): void => {
  setTimeout(run, ms)
}
