import t from 'tap'
import { storabilityOf } from '../../../src/cache/read/storable.js'
import { TABLE } from '../fixtures.js'

const open = TABLE.matchRead('/open/5')?.resource
const paged = TABLE.matchRead('/paged')?.resource

const JSON_TYPE = ['Content-Type', 'application/json']
const judge = (status: number, headers: readonly string[], resource = open, language?: string): string => {
  if (resource === undefined) throw new Error('no row')
  const storability = storabilityOf({ status, headers }, { resource, language })
  if (storability.kind === 'storable') return 'storable'
  return storability.isLasting ? 'by nature' : 'this time'
}

t.test('a 200 in JSON is storable', async (t) => {
  t.equal(judge(200, JSON_TYPE), 'storable')
  t.equal(judge(200, ['content-type', 'application/json; charset=utf-8']), 'storable')
  t.equal(judge(200, ['content-type', 'Application/problem+JSON;a=b']), 'storable')
  t.equal(judge(200, [...JSON_TYPE, 'Content-Encoding', 'identity']), 'storable')
  t.equal(judge(200, [...JSON_TYPE, 'Vary', 'Accept, cookie,ORIGIN']), 'storable')
  t.equal(judge(200, [...JSON_TYPE, 'Vary', 'Accept-Encoding']), 'storable', 'a fetch asks for none')
})

t.test('what will be no different next time is unstorable by its nature', async (t) => {
  t.equal(judge(200, ['Content-Type', 'text/html']), 'by nature')
  t.equal(judge(200, ['Content-Type', 'application/jsonp']), 'by nature')
  t.equal(judge(200, []), 'by nature')
  t.equal(judge(200, [...JSON_TYPE, 'Content-Encoding', 'gzip']), 'by nature')
  t.equal(judge(200, [...JSON_TYPE, 'Vary', 'Accept, X-Other']), 'by nature')
  t.equal(judge(200, [...JSON_TYPE, 'Vary', 'Accept', 'Vary', '*']), 'by nature')
  for (const status of [204, 206, 301, 302, 404, 410])
    t.equal(judge(status, JSON_TYPE), 'by nature', `${status}`)
})

t.test('an error that may pass and a cookie for one caller are unstorable this time only', async (t) => {
  for (const status of [400, 401, 403, 408, 429, 500, 502, 503, 504]) {
    t.equal(judge(status, JSON_TYPE), 'this time', `${status}`)
  }
  t.equal(judge(200, [...JSON_TYPE, 'Set-Cookie', 'a=b']), 'this time')
  t.equal(judge(200, [...JSON_TYPE, 'set-cookie', 'a=b', 'Vary', '*']), 'this time', 'whatever else it has')
})

t.test('a header that the key holds is no obstacle', async (t) => {
  t.equal(judge(200, [...JSON_TYPE, 'Vary', 'Host'], paged), 'storable')
  t.equal(judge(200, [...JSON_TYPE, 'Vary', 'Host'], open), 'by nature')
})

t.test('a language is no obstacle where the row names it and the origin has answered in it', async (t) => {
  const spoken = TABLE.matchRead('/spoken/5')?.resource
  const varied = [...JSON_TYPE, 'Vary', 'Accept-Language, Cookie']
  t.equal(judge(200, varied), 'by nature')
  t.equal(judge(200, varied, spoken, 'fr'), 'storable')
  t.equal(judge(200, [...varied, 'Content-Language', 'FR'], spoken, 'fr'), 'storable')
  t.equal(
    judge(200, [...varied, 'Content-Language', 'en-au'], spoken, 'fr'),
    'by nature',
    'a cookie chose it'
  )
  t.equal(judge(200, [...JSON_TYPE, 'Content-Language', 'en-au']), 'storable', 'of a row that names none')
})

t.test('what cannot be stored says why', async (t) => {
  const reasonOf = (status: number, headers: readonly string[]) => {
    if (open === undefined) throw new Error('no row')
    const storability = storabilityOf({ status, headers }, { resource: open, language: undefined })
    return storability.kind === 'unstorable' ? storability.reason : undefined
  }
  t.equal(reasonOf(200, JSON_TYPE), undefined)
  t.equal(reasonOf(404, JSON_TYPE), 'status')
  t.equal(reasonOf(200, [...JSON_TYPE, 'Vary', '*', 'Set-Cookie', 'a=b']), 'set-cookie')
  t.equal(reasonOf(200, ['Content-Type', 'text/html', 'Content-Encoding', 'gzip']), 'content-type')
  t.equal(reasonOf(200, [...JSON_TYPE, 'Content-Encoding', 'gzip', 'Vary', '*']), 'content-encoding')
  t.equal(reasonOf(200, [...JSON_TYPE, 'Vary', '*']), 'vary')
})
