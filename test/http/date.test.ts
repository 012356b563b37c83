import t from 'tap'
import { parseDate } from '../../src/http/date.js'

const NOW = Date.UTC(2026, 10, 30)
const AT = Date.UTC(2026, 9, 21, 7, 28)

t.test('the three forms of a date are read in UTC, whatever the zone here', async (t) => {
  const zone = process.env['TZ']
  process.env['TZ'] = 'Australia/Perth'
  t.teardown(() => {
    if (zone === undefined) delete process.env['TZ']
    else process.env['TZ'] = zone
  })
  for (const text of [
    'Wed, 21 Oct 2026 07:28:00 GMT',
    'Wednesday, 21-Oct-26 07:28:00 GMT',
    'Wed Oct 21 07:28:00 2026',
    'WED, 21 OCT 2026 07:28:00 gmt'
  ]) {
    t.equal(parseDate(text, NOW), AT, text)
  }
  t.equal(parseDate('Sun Nov  6 08:49:37 1994', NOW), Date.UTC(1994, 10, 6, 8, 49, 37))
})

t.test('anything else is no date', async (t) => {
  for (const text of [
    ...['', '0', '-1', '9999', 'yesterday', '2026-10-21T07:28:00Z', 'Wed, 21 Oct 2026 07:28:00'],
    ...['Wed, 21 Oct 2026 07:28:00 UTC', 'Wed, 21 Oct 2026 07:28:00 +0000', 'Wed, 21 Oct 2026 07:28:00 AEST'],
    ...['Wed 21 Oct 2026 07:28:00 GMT', 'Wed, 21  Oct  2026 07:28:00 GMT', 'Wed, 21-Oct-2026 07:28:00 GMT'],
    ...['Wed, 21 Oct 26 07:28:00 GMT', 'Wed, 21 Oct 2026 7:28:00 GMT', 'Wed, 21 Oct 2026 07.28.00 GMT'],
    ...['Wed, 21 Oct 2026 25:28:00 GMT', 'Wed, 21 Okt 2026 07:28:00 GMT', 'Wed, 21 Oct 2026 07:28:00 GMT, 0']
  ]) {
    t.equal(Number.isNaN(parseDate(text, NOW)), true, text)
  }
})

t.test('a year of two digits is at most 50 years ahead', async (t) => {
  const yearOf = (year: string): number =>
    new Date(parseDate(`Sunday, 06-Nov-${year} 08:49:37 GMT`, NOW)).getUTCFullYear()
  t.equal(yearOf('50'), 2050)
  t.equal(yearOf('76'), 2076)
  t.equal(yearOf('77'), 1977)
  t.equal(yearOf('94'), 1994)
})
