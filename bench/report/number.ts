import type { Cell } from '../scenario.js'

/** Three significant digits, thousands apart: `12.3`, `0.0456`, `41,200`. A dash for what is no number. */
export const formatNumber = (value: number): string =>
  Number.isFinite(value) ? value.toLocaleString('en-US', { maximumSignificantDigits: 3 }) : '–'

/** A figure of several rounds as `12.3 (11.9–13)`; without what follows where the rounds do not differ. */
export const formatCell = (cell: Cell): string => {
  if (typeof cell === 'string') return cell
  if (typeof cell === 'number') return formatNumber(cell)
  const [median, min, max] = [cell.median, cell.min, cell.max].map(formatNumber)
  return min === max ? `${median}` : `${median} (${min}–${max})`
}
