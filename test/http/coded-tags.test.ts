import t from 'tap'
import { codedTag, listedCoding, tagCoded, uncodedTags, withoutCodedTags } from '../../src/http/coded-tags.js'
import { CODINGS } from '../../src/http/codings.js'

t.test('each coding has a strong validator of its own, a weak one is for all', async (t) => {
  t.equal(codedTag('"abc"', 'br'), '"abc~br"')
  t.equal(codedTag('"~own"', 'gzip'), '"~own~gzip"')
  t.equal(codedTag('W/"abc"', 'br'), 'W/"abc"')
  t.equal(codedTag('unquoted', 'zstd'), 'unquoted~zstd')
  t.equal(new Set(['"a"', ...CODINGS.map((coding) => codedTag('"a"', coding))]).size, 4)
})

t.test('the validator among the fields of an answer is made that of a coding', async (t) => {
  const headers = ['X', '"a"', 'eTag', '"a"', 'Vary', 'ETag']
  tagCoded(headers, 'br')
  t.same(headers, ['X', '"a"', 'eTag', '"a~br"', 'Vary', 'ETag'])
})

t.test('a list of validators is read as if nothing had been coded', async (t) => {
  t.equal(uncodedTags('"a~br", W/"b~gzip","c~zstd", "d"'), '"a", W/"b","c", "d"')
  for (const list of ['*', '"a-br"', '"a-gzip"', '"~own"', '"a~brx"', '"a~br', ''])
    t.equal(uncodedTags(list), list)
})

t.test('a 304 names the validator that the caller has, that of its own coding first', async (t) => {
  t.equal(listedCoding('"a~br"', '"a"', 'br'), 'br')
  t.equal(listedCoding('"a", "a~br"', '"a"', 'br'), 'br')
  t.equal(listedCoding('*', '"a"', 'br'), 'br')
  t.equal(listedCoding('*', '"a"', undefined), undefined)
  t.equal(listedCoding('"a"', '"a"', 'br'), undefined)
  t.equal(listedCoding('"a~gzip"', '"a"', 'br'), 'gzip')
  t.equal(listedCoding('"a~gzip"', '"a"', undefined), 'gzip')
  t.equal(listedCoding('"a", "a~gzip"', '"a"', undefined), undefined)
})

t.test('an origin is sent its own validators only', async (t) => {
  const sent = ['If-None-Match', '"a~br"', 'X', '"a~br"', 'if-match', '"b~gzip", "c"', 'If-Range', '"a~br"']
  const copy = [...sent]
  t.same(withoutCodedTags(sent), [
    ...['If-None-Match', '"a"', 'X', '"a~br"', 'if-match', '"b", "c"'],
    // Without a part of it: its bytes are other ones.
    ...['If-Range', '"a~br"']
  ])
  t.same(sent, copy)
  const others = ['If-None-Match', '"a"', 'If-Match', '*']
  t.equal(withoutCodedTags(others), others, 'without a copy where there is none')
})
