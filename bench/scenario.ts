/** One question that the benchmark answers, such as what a hit costs. */
export interface Scenario {
  /** As in `npm run bench -- --only hit`: lower case, words joined by hyphens. */
  readonly name: string
  /** The question in a few words: the heading of its tables. */
  readonly title: string
  run(bench: Bench): Promise<Findings>
}

/** What a scenario is given. */
export interface Bench {
  /** A minute for all scenarios together: fewer rounds, smaller sizes. */
  readonly isQuick: boolean
  /** Numbers of the cores to pin to: the subject to one, load, origin and Redis to another. */
  readonly cores: { readonly subject: number; readonly load: number } | undefined
  /** One line of progress, shown while it runs. */
  progress(line: string): void
}

export interface Findings {
  readonly tables: readonly Table[]
  readonly charts: readonly BarChart[]
  /** What was aimed at, and whether it was reached. */
  readonly targets: readonly Target[]
}

export interface Table {
  readonly title: string
  readonly columns: readonly string[]
  /** Numbers are shown right-aligned, with three significant digits. */
  readonly rows: readonly (readonly Cell[])[]
  /** How to read it, in a sentence or two. */
  readonly note?: string
}

export type Cell = string | number | Measured

/** One figure of several rounds. */
export interface Measured extends Spread {
  readonly median: number
}

export interface BarChart {
  readonly title: string
  /** With its unit: `CPU µs per request`. */
  readonly axis: string
  readonly bars: readonly Bar[]
}

export interface Bar {
  readonly label: string
  readonly median: number
  readonly spread: Spread
}

/** Least and greatest of the rounds. */
export interface Spread {
  readonly min: number
  readonly max: number
}

export interface Target {
  /** `hit from memory at 10 KB ÷ bare node:http, CPU` */
  readonly what: string
  /** `at most 1.25` */
  readonly aim: string
  /** It is the median that is judged. */
  readonly measured: number | Measured
  readonly isReached: boolean
}
