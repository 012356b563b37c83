import t from 'tap'
import { formatCell, formatNumber } from '../../../bench/report/number.js'

t.test('numbers have three significant digits', async (t) => {
  const shown = [0, 0.045_61, 1.5, 12.345, 999.6, 41_234.7, 1_234_567].map(formatNumber)
  t.strictSame(shown, ['0', '0.0456', '1.5', '12.3', '1,000', '41,200', '1,230,000'])
})

t.test('what was not measured is a dash', async (t) => {
  t.equal(formatNumber(NaN), '–')
  t.equal(formatNumber(Infinity), '–')
  t.equal(formatCell({ median: NaN, min: Infinity, max: -Infinity }), '–')
})

t.test('a figure of several rounds is shown with its spread, if it has one', async (t) => {
  t.equal(formatCell({ median: 12.31, min: 11.9, max: 13 }), '12.3 (11.9–13)')
  t.equal(formatCell({ median: 7, min: 7, max: 7 }), '7')
  t.equal(formatCell('text'), 'text')
})
