import type { Bar, Measured } from '../scenario.js'

/** The value below which a share (0 … 1) of them lies; the nearest rank, no interpolation. `NaN` for none. */
export const percentile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN
}

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const upper = sorted[sorted.length >> 1] ?? NaN
  const lower = sorted[(sorted.length - 1) >> 1] ?? NaN
  return (lower + upper) / 2
}

/** What the rounds of one figure come to. */
export const summarise = (rounds: readonly number[]): Measured => ({
  median: median(rounds),
  min: Math.min(...rounds),
  max: Math.max(...rounds)
})

/** The rounds of one figure as they stand in a chart. */
export const barOf = (label: string, rounds: readonly number[]): Bar => {
  const { median, ...spread } = summarise(rounds)
  return { label, median, spread }
}
