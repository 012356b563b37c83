import type { Answer } from './client.js'
import type { StatsSnapshot } from '../src/telemetry/statistics.js'

export interface Report {
  title(text: string): void
  step(text: string): void
  /** One answer, and what is wrong with it, if anything. */
  answer(answer: Answer, fault: string | undefined): void
  stats(stats: Pick<StatsSnapshot, 'total' | 'resources'>): void
  plain(text: string): void
}

/** Prints lines of at most 100 columns. */
export const createReport = (write: (line: string) => void, isColoured: boolean): Report => {
  const paint = (code: number) => (text: string) => (isColoured ? `\u001b[${code}m${text}\u001b[0m` : text)
  const [bold, dim, red, green, cyan] = [paint(1), paint(2), paint(31), paint(32), paint(36)]
  let steps = 0
  return {
    title: (text) => write(`\n${bold(text)}`),
    step: (text) => write(`\n${dim(String(++steps).padStart(2))} ${bold(text)}`),
    answer: ({ request, status, ms, cacheStatus }, fault) => {
      const time = `${ms.toFixed(1)} ms`.padStart(9)
      const asked = fitted(request, 43)
      const mark = fault === undefined ? green('✓') : red('✗')
      write(`   ${mark} ${asked} ${status} ${bold(time)}  ${cyan(cacheStatus.slice(0, 36))}`)
      if (fault !== undefined) write(red(`     ${fault}`.slice(0, 100)))
    },
    stats: (stats) => {
      write(dim(`     ${row(['resource', 'hits', 'misses', 'bypasses', 'hit rate', 'cached', 'uncached'])}`))
      for (const [name, figures] of [
        ...Object.entries(stats.resources),
        ['in total', stats.total] as const
      ]) {
        const { hits, misses, bypasses, hitRate, meanCachedMs, meanUncachedMs } = figures
        const rate = hitRate === null ? '–' : `${(hitRate * 100).toFixed(1)} %`
        write(
          `     ${row([name, `${hits}`, `${misses}`, `${bypasses}`, rate, msOf(meanCachedMs), msOf(meanUncachedMs)])}`
        )
      }
    },
    plain: write
  }
}

const fitted = (text: string, width: number): string =>
  text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width)

const row = ([name = '', ...cells]: readonly string[]): string =>
  `${name.padEnd(18)}${cells.map((cell) => cell.padStart(11)).join('')}`

const msOf = (ms: number | null): string => (ms === null ? '–' : `${ms.toFixed(1)} ms`)
