import t from 'tap'
import { conditionsOf, confirmedAnswer, isAbout, validationOf } from '../../../src/cache/read/confirmation.js'
import { entry, originAnswer } from '../fixtures.js'

const DATE = 'Wed, 21 Oct 2026 07:28:00 GMT'

t.test('the origin is asked with what it gave: its entity tag, its date, or both', async (t) => {
  const asked = (etag: string | undefined, headers: readonly string[]) =>
    conditionsOf(validationOf({ etag, headers }))
  t.strictSame(asked('"v1"', []), ['If-None-Match', '"v1"'])
  t.strictSame(asked('W/"v1"', []), ['If-None-Match', 'W/"v1"'])
  t.strictSame(asked(undefined, ['last-modified', DATE]), ['If-Modified-Since', DATE])
  t.strictSame(asked('"v1"', ['Last-Modified', DATE]), ['If-None-Match', '"v1"', 'If-Modified-Since', DATE])
  t.strictSame(asked('"~of-our-own"', ['Last-Modified', DATE]), ['If-Modified-Since', DATE])
  t.strictSame(asked('"~of-our-own"', []), [])
  t.strictSame(asked(`"${'x'.repeat(300)}"`, []), [])
  t.strictSame(asked(`"${'x'.repeat(300)}"`, ['Last-Modified', DATE]), [], 'a tag that is not stored')
  t.strictSame(asked(undefined, []), [])
})

t.test('a 304 with another entity tag is about another answer', async (t) => {
  const is = (headers: readonly string[], etag: string | undefined): boolean =>
    isAbout(originAnswer({ status: 304, headers }), { etag, lastModified: DATE })
  t.equal(is(['ETag', '"v1"'], '"v1"'), true)
  t.equal(is(['ETag', 'W/"v1"'], '"v1"'), true)
  t.equal(is([], '"v1"'), true)
  t.equal(is(['ETag', 'W/"v1"'], undefined), true)
  t.equal(
    is(['ETag', '"v1"'], undefined),
    false,
    'the stored answer had no tag: it is not known to be this one'
  )
  t.equal(is(['ETag', '"v2"'], '"v1"'), false)
})

t.test('a 304 renews every field but those that describe the stored body', async (t) => {
  const stored = ['Content-Type', 'text/plain', 'Content-Language', 'en', 'X-A', 'old', 'X-B', 'old']
  const { status, headers, body } = confirmedAnswer(entry({ headers: stored, body: Buffer.from('kept') }), {
    ...originAnswer({ status: 304 }),
    headers: [
      ...[
        'Content-Type',
        'text/html',
        'Content-Length',
        '0',
        'Content-Encoding',
        'gzip',
        'Content-Range',
        'x'
      ],
      ...['Content-Language', 'de', 'Content-Security-Policy', 'new', 'x-a', 'new']
    ]
  })
  t.equal(status, 200)
  t.strictSame(headers, [
    ...['Content-Type', 'text/plain', 'X-B', 'old'],
    ...['Content-Language', 'de', 'Content-Security-Policy', 'new', 'x-a', 'new']
  ])
  t.equal(Buffer.concat(await body.toArray()).toString(), 'kept')
})
