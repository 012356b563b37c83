import type { BarChart, Measured, Table, Target } from '../scenario.js'
import type { RoundFigures, RoundsByName } from './closed-rounds.js'
import { barOf, summarise } from './statistics.js'
import { atMost } from './targets.js'

const figure = (rounds: readonly RoundFigures[], name: keyof RoundFigures): Measured =>
  summarise(rounds.map((round) => round[name]))

/** CPU, throughput and latencies of every row of a comparison. */
export const tableOf = (title: string, rounds: RoundsByName, note: string): Table => ({
  title,
  columns: ['', 'CPU µs per request', 'requests/s', 'p50 ms', 'p90 ms', 'p99 ms', 'p99.9 ms'],
  rows: [...rounds].map(([name, of]) => [
    name,
    ...(['cpuUs', 'perSecond', 'p50Ms', 'p90Ms', 'p99Ms', 'p999Ms'] as const).map((at) => figure(of, at))
  ]),
  note
})

export const cpuChartOf = (title: string, rounds: RoundsByName): BarChart => ({
  title,
  axis: 'CPU µs per request',
  bars: [...rounds].map(([label, of]) =>
    barOf(
      label,
      of.map(({ cpuUs }) => cpuUs)
    )
  )
})

/** One's CPU per request by the other's of the same round; `NaN` without either. */
export const cpuRatio = (rounds: RoundsByName, name: string, floor: string): Measured => {
  const floors = rounds.get(floor) ?? []
  return summarise((rounds.get(name) ?? []).map(({ cpuUs }, round) => cpuUs / (floors[round]?.cpuUs ?? NaN)))
}

/** None where one of the two was not there. */
export const ratioTarget = (
  rounds: RoundsByName,
  { what, floor, limit }: { readonly what: string; readonly floor: string; readonly limit: number }
): readonly Target[] => {
  const measured = cpuRatio(rounds, what, floor)
  return Number.isNaN(measured.median) ? [] : [atMost(`${what} ÷ ${floor}, CPU per hit`, limit, measured)]
}
