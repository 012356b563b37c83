import t from 'tap'
import { fetchHeaders } from '../../../src/cache/read/fetch-headers.js'
import { TABLE } from '../fixtures.js'

const match = TABLE.matchRead('/open/5')
if (match === undefined) throw new Error('no row')
const { resource } = match
const MINE = [
  'Accept',
  'image/*',
  'Accept-Encoding',
  'br',
  'Range',
  'bytes=0-1',
  'If-Range',
  '"v1"',
  'X-A',
  '1'
]

t.test('a row that stores JSON asks for JSON', async (t) => {
  t.strictSame(fetchHeaders(MINE, { resource, language: undefined }, undefined), [
    ...['X-A', '1', 'Accept', 'application/json', 'Accept-Encoding', 'identity']
  ])
})

t.test('a row that stores any type asks as its caller does, for the whole and uncoded', async (t) => {
  const any = { resource: { ...resource, isJson: false }, language: undefined }
  t.strictSame(fetchHeaders(MINE, any, undefined), [
    ...['Accept', 'image/*', 'X-A', '1', 'Accept-Encoding', 'identity']
  ])
})

t.test(
  'the language of the key and the conditions of the entry stand in for those of the caller',
  async (t) => {
    const sent = ['accept-language', 'de;q=0.3, fr', 'If-Modified-Since', 'x', 'If-None-Match', '"mine"']
    const validation = { etag: '"v1"', lastModified: undefined }
    t.strictSame(fetchHeaders(sent, { resource, language: 'fr' }, validation), [
      ...['Accept', 'application/json', 'Accept-Encoding', 'identity'],
      ...['Accept-Language', 'fr', 'If-None-Match', '"v1"']
    ])
    t.strictSame(
      fetchHeaders(sent, { resource, language: undefined }, undefined).slice(0, 2),
      sent.slice(0, 2)
    )
  }
)
