import t from 'tap'
import { isListed, isNotModified } from '../../src/http/conditional.js'

const DATE = 'Wed, 21 Oct 2026 07:28:00 GMT'

const isKnown = (
  conditions: { readonly ifNoneMatch?: string; readonly ifModifiedSince?: string },
  validators: { readonly etag?: string; readonly lastModified?: string } = {
    etag: '"v1"',
    lastModified: DATE
  }
): boolean => isNotModified({ ifNoneMatch: undefined, ...conditions }, { etag: undefined, ...validators })

t.test('a caller who has the answer already has no need of it', async (t) => {
  t.equal(isKnown({}), false)
  for (const list of ['"v1"', '"v0", "v1"', 'W/"v1"', '*', '"v0","v1"']) {
    t.equal(isKnown({ ifNoneMatch: list }), true, list)
  }
  t.equal(isKnown({ ifNoneMatch: '"v1"' }, { etag: 'W/"v1"' }), true, 'weak on both sides')
})

t.test('a caller who has another needs it', async (t) => {
  for (const list of ['"v2"', 'v1', '"V1"', '""', '']) t.equal(isKnown({ ifNoneMatch: list }), false, list)
  t.equal(isKnown({ ifNoneMatch: '"v1"' }, {}), false, 'an answer without a validator')
})

t.test('dates count where there is no list of validators', async (t) => {
  t.equal(isKnown({ ifModifiedSince: DATE }), true)
  t.equal(isKnown({ ifModifiedSince: 'Wed, 21 Oct 2026 07:27:59 GMT' }), false)
  t.equal(isKnown({ ifModifiedSince: 'yesterday' }), false)
  t.equal(isKnown({ ifModifiedSince: DATE }, {}), false)
  t.equal(isKnown({ ifNoneMatch: '"v2"', ifModifiedSince: DATE }), false, 'the list goes first')
})

t.test('a comma in an entity tag does not end it', async (t) => {
  t.equal(isListed('"a,b", "c"', '"a,b"'), true)
  t.equal(isListed('"a,b", "c"', '"b"'), false)
})
