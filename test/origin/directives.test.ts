import { type Directives } from '../../src/cache/origin.js'
import t from 'tap'
import { readDirectives } from '../../src/origin/directives.js'

const SILENT: Directives = {
  noStore: false,
  noCache: false,
  private: false,
  mustRevalidate: false,
  mustUnderstand: false,
  sharesAuthorized: false,
  lifetimeSeconds: undefined,
  staleWhileRevalidateSeconds: undefined,
  staleIfErrorSeconds: undefined,
  ageSeconds: 0
}

const cacheControl = (field: string): Directives => readDirectives(['Cache-Control', field])

t.test('an answer that says nothing states nothing', async (t) => {
  t.same(readDirectives([]), SILENT)
  t.same(
    readDirectives(['Content-Type', 'application/json', 'Pragma', 'no-cache', 'Cache-Control', '']),
    SILENT
  )
  t.same(cacheControl('immutable, extension=1'), SILENT)
})

t.test('each directive is read, in any case', async (t) => {
  t.match(cacheControl('no-store'), { noStore: true })
  t.match(cacheControl('No-Cache'), { noCache: true })
  t.match(cacheControl('PRIVATE, max-age=5'), { private: true, lifetimeSeconds: 5 })
  t.match(cacheControl('must-revalidate'), { mustRevalidate: true })
  t.match(cacheControl('proxy-revalidate'), { mustRevalidate: true })
  t.match(cacheControl('max-age=60, stale-while-revalidate=5, stale-if-error=7'), {
    lifetimeSeconds: 60,
    staleWhileRevalidateSeconds: 5,
    staleIfErrorSeconds: 7
  })
})

t.test('a directive with field names counts as a whole', async (t) => {
  t.match(cacheControl('private="x-user"'), { private: true })
  t.match(cacheControl('no-cache="set-cookie, x"'), { noCache: true })
})

t.test('s-maxage goes before max-age, and allows no stale answer that is not asked for', async (t) => {
  t.match(cacheControl('max-age=60, s-maxage=10'), {
    lifetimeSeconds: 10,
    staleWhileRevalidateSeconds: 0,
    staleIfErrorSeconds: 0
  })
  t.match(cacheControl('s-maxage=10, stale-if-error=7'), {
    staleWhileRevalidateSeconds: 0,
    staleIfErrorSeconds: 7
  })
  t.match(cacheControl('s-maxage=0, max-age=60'), { lifetimeSeconds: 0 })
})

t.test('several fields are one list', async (t) => {
  t.match(readDirectives(['Cache-Control', 'max-age=60', 'cache-control', 'no-store']), {
    noStore: true,
    lifetimeSeconds: 60
  })
})

t.test('Expires counts from Date where nothing else states a lifetime', async (t) => {
  const dates = ['Date', 'Wed, 21 Oct 2026 07:28:00 GMT', 'Expires', 'Wed, 21 Oct 2026 07:29:30 GMT']
  t.match(readDirectives(dates), { lifetimeSeconds: 90 })
  t.match(readDirectives([...dates, 'Cache-Control', 'max-age=5']), { lifetimeSeconds: 5 })
  for (const expires of ['0', '9999', 'never', ''])
    t.match(readDirectives(['Expires', expires]), { lifetimeSeconds: 0 })
  t.match(readDirectives(['Expires', '-1', 'Date', dates[1] ?? '']), { lifetimeSeconds: 0 })
  const past = readDirectives(['Expires', 'Wed, 21 Oct 2015 07:28:00 GMT'])
  t.ok((past.lifetimeSeconds ?? 0) < 0)
})

t.test('the age an answer came with is read, if it is one', async (t) => {
  t.equal(readDirectives(['Age', ' 30 ']).ageSeconds, 30)
  for (const age of ['', '-1', '1.5', 'x']) t.equal(readDirectives(['Age', age]).ageSeconds, 0, age)
  for (const age of ['99999999999', '9'.repeat(400)])
    t.equal(readDirectives(['Age', age]).ageSeconds, 2 ** 31, 'one that is too large is the greatest')
})

t.test('CDN-Cache-Control stands alone where it is', async (t) => {
  const targeted = (field: string, ...others: string[]) =>
    readDirectives(['CDN-Cache-Control', field, ...others])
  t.match(targeted('max-age=600', 'Cache-Control', 'no-store', 'Age', '5'), {
    ...SILENT,
    lifetimeSeconds: 600,
    ageSeconds: 5
  })
  t.match(targeted('no-store', 'Cache-Control', 'max-age=60'), { noStore: true, lifetimeSeconds: undefined })
  t.match(targeted('max-age=60, s-maxage=5'), { lifetimeSeconds: 5, staleIfErrorSeconds: 0 })
  t.match(targeted('private, no-cache, must-revalidate'), {
    private: true,
    noCache: true,
    mustRevalidate: true
  })
  t.match(targeted('private=("x-user")'), { private: true }, 'also with field names')
  t.match(targeted('no-store=?0, max-age=5'), { noStore: false, lifetimeSeconds: 5 })
  t.match(targeted('max-age=60;a=b, stale-while-revalidate=5'), {
    lifetimeSeconds: 60,
    staleWhileRevalidateSeconds: 5
  })
  t.match(targeted('max-age="60"'), { lifetimeSeconds: undefined }, 'a lifetime is a number')
  const split = readDirectives(['CDN-Cache-Control', 'max-age=60', 'CDN-Cache-Control', 'private'])
  t.match(split, { private: true, lifetimeSeconds: 60 })
})

t.test('CDN-Cache-Control that is malformed or empty is as if it were not there', async (t) => {
  for (const field of ['max-age=', 'Max-Age=60,,', '', '"x"', 'max-age=60; no-store,']) {
    const directives = readDirectives(['CDN-Cache-Control', field, 'Cache-Control', 'no-store'])
    t.match(directives, { noStore: true, lifetimeSeconds: undefined }, field)
  }
})

t.test('a malformed directive never makes a life longer', async (t) => {
  for (const field of ['max-age=-5', 'max-age=x', 'max-age', 's-maxage=x, max-age=60'])
    t.match(cacheControl(field), { lifetimeSeconds: 0 }, field)
  t.match(cacheControl('no-store=1'), { noStore: true })
  t.match(cacheControl('no-cache=, max-age=5'), { noCache: true })
  t.match(cacheControl('stale-if-error=x'), { staleIfErrorSeconds: 0 })
})

t.test('of a list of ages the first counts, RFC 9111 §5.1', async (t) => {
  t.equal(readDirectives(['Age', '30, 5']).ageSeconds, 30)
})

t.test('a date without a zone is of GMT, wherever this runs', async (t) => {
  const dates = ['Date', 'Wed Oct 21 07:28:00 2026', 'Expires', 'Wed, 21 Oct 2026 07:29:30 GMT']
  const zone = process.env['TZ']
  process.env['TZ'] = 'Australia/Perth'
  t.match(readDirectives(dates), { lifetimeSeconds: 90 })
  if (zone === undefined) delete process.env['TZ']
  else process.env['TZ'] = zone
})

t.test(
  'the answer to a request with Authorization is shared by public, must-revalidate or s-maxage',
  async (t) => {
    for (const field of ['public', 'must-revalidate', 's-maxage=5', 'max-age=5, PUBLIC']) {
      t.match(cacheControl(field), { sharesAuthorized: true }, field)
    }
    for (const field of ['max-age=5', 'proxy-revalidate', 's-maxage=x', 'private', '']) {
      t.match(cacheControl(field), { sharesAuthorized: false }, field)
    }
    for (const field of ['public', 'must-revalidate', 's-maxage=5']) {
      t.match(readDirectives(['CDN-Cache-Control', field]), { sharesAuthorized: true }, field)
    }
    const headers = ['CDN-Cache-Control', 'max-age=5', 'Cache-Control', 'public']
    t.match(readDirectives(headers), { sharesAuthorized: false }, 'the targeted field counts alone')
  }
)

t.test('a Date that is none is now', async (t) => {
  const inAnHour = new Date(Date.now() + 3_600_000).toUTCString()
  const { lifetimeSeconds = 0 } = readDirectives(['Expires', inAnHour, 'Date', 'today'])
  t.ok(lifetimeSeconds > 3500 && lifetimeSeconds <= 3600)
})

t.test('must-understand is read', async (t) => {
  t.match(cacheControl('no-store, must-understand'), { noStore: true, mustUnderstand: true })
  t.match(readDirectives(['CDN-Cache-Control', 'must-understand']), { mustUnderstand: true })
})
