/**
 * A date in one of the three forms of RFC 9110 §5.6.7, as epoch milliseconds; NaN for anything else. `Date.parse` alone takes
 * `9999` for a year, and the form of asctime, which names no zone, for local time. Case does not count: senders differ.
 */
export const parseDate = (text: string, now: number): number => {
  const fields = FORMS.map((form) => form.exec(text)?.groups).find((groups) => groups !== undefined)
  if (fields === undefined) return NaN
  const { day = '', month = '', year = '', time = '' } = fields
  const whole = year.length === 2 ? wholeYear(Number(year), now) : year
  return Date.parse(`${day.trim()} ${month} ${whole} ${time} GMT`)
}

const DAY = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)'
const LONG_DAY = '(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day'
const MONTH = '(?<month>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)'
const TIME = '(?<time>\\d\\d:\\d\\d:\\d\\d)'

const FORMS = [
  `${DAY}, (?<day>\\d\\d) ${MONTH} (?<year>\\d{4}) ${TIME} GMT`,
  `${LONG_DAY}, (?<day>\\d\\d)-${MONTH}-(?<year>\\d\\d) ${TIME} GMT`,
  `${DAY} ${MONTH} (?<day>[ \\d]\\d) ${TIME} (?<year>\\d{4})`
].map((form) => new RegExp(`^${form}$`, 'i'))

/** Of two digits: one that is more than 50 years ahead is past. */
const wholeYear = (year: number, now: number): number => {
  const thisYear = new Date(now).getUTCFullYear()
  const inThisCentury = thisYear - (thisYear % 100) + year
  return inThisCentury > thisYear + 50 ? inThisCentury - 100 : inThisCentury
}
