import type { Test } from 'tap'
import type { Sample } from './load.js'

/** What one fault did to the callers; times in milliseconds. */
export interface Figures {
  readonly name: string
  readonly requests: number
  readonly failures: readonly string[]
  /** Of the slowest read that the fault had a part in: beyond what the origin takes. */
  readonly worstAddedMs: number
  /** The same of writes, whose answers are held until their invalidation is carried out. */
  readonly heldMs: number
  /** The same of bypasses, which never ask Redis: what the machine adds to plain forwarding. */
  readonly noiseMs: number
  /** Medians once the fault is known: of the reads that would be hits, and of plain forwarding. */
  readonly laterMs: number
  readonly forwardedMs: number
  /** From the end of the fault to the first answer that shows that it is over; `undefined`: none did. */
  readonly recoveryMs: number | undefined
}

/** One fault, on the clock of `performance`. */
export interface Span {
  readonly from: number
  /** When the end of the fault was brought about, and when that was done. */
  readonly to: number
  readonly endedAt: number
  readonly originMs: number
  /** The Cache-Status of an answer that shows that it is over. */
  readonly isBack: RegExp
}

/** The fault is known by then, and another has its effect until so long after its end. */
const KNOWN_AFTER_MS = 700
const AFTERMATH_MS = 1000

export const figuresOf = (name: string, samples: readonly Sample[], span: Span): Figures => {
  const { from, to, endedAt, originMs } = span
  const backAt = Math.min(...samples.filter(shows(span.isBack, endedAt)).map(endOf))
  const isForwarded = ({ kind }: Sample) => kind === 'bypass'
  const isLater = ({ dueAt }: Sample) => dueAt > from + KNOWN_AFTER_MS && dueAt < to
  const later = samples.filter(isLater)
  return {
    name,
    requests: samples.length,
    failures: samples.flatMap(({ failure }) => failure ?? []),
    worstAddedMs:
      worstOf(
        samples.filter(({ kind }) => kind !== 'write'),
        span
      ) - originMs,
    heldMs:
      worstOf(
        samples.filter(({ kind }) => kind === 'write'),
        span
      ) - originMs,
    noiseMs: worstOf(samples.filter(isForwarded), span) - originMs,
    laterMs: median(later.filter(({ kind }) => kind === 'cached')),
    forwardedMs: median(later.filter(isForwarded)),
    recoveryMs: backAt === Infinity ? undefined : Math.max(0, backAt - endedAt)
  }
}

/** Whether a sample that was sent after a moment has such a Cache-Status. */
export const shows =
  (status: RegExp, after: number) =>
  (sample: Sample): boolean =>
    sample.dueAt >= after && status.test(sample.cacheStatus)

const endOf = ({ dueAt, latencyMs }: Sample): number => dueAt + latencyMs

const worstOf = (samples: readonly Sample[], { from, endedAt }: Span): number =>
  Math.max(
    ...samples
      .filter((sample) => endOf(sample) > from && sample.dueAt < endedAt + AFTERMATH_MS)
      .map(({ latencyMs }) => latencyMs)
  )

const median = (samples: readonly Sample[]): number =>
  samples.map(({ latencyMs }) => latencyMs).sort((a, b) => a - b)[samples.length >> 1] ?? NaN

const HEADS = ['requests', 'failed', 'worst added', 'held', 'noise', 'p50 later', 'p50 bypass', 'recovery']

/** The figures of a file as one table of comments. */
export const printFigures = (t: Test, rows: readonly Figures[]): void => {
  const width = Math.max(...rows.map(({ name }) => name.length))
  const line = (name: string, cells: readonly string[]): string =>
    [name.padEnd(width), ...cells.map((cell, at) => cell.padStart(HEADS[at]?.length ?? 0))].join('  ')
  t.comment(`Milliseconds. "noise" is the worst that was added to bypasses, which need no Redis.`)
  t.comment(line('', HEADS))
  for (const { name, requests, failures, ...ms } of rows) {
    const times = [ms.worstAddedMs, ms.heldMs, ms.noiseMs, ms.laterMs, ms.forwardedMs, ms.recoveryMs]
    const cells = [requests, failures.length, ...times]
    t.comment(
      line(
        name,
        cells.map((cell) => (cell === undefined ? '–' : String(Math.round(cell))))
      )
    )
  }
}
