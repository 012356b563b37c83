import t from 'tap'
import type { Lookup } from '../../../src/cache/read/lookup.js'
import { requestDirectivesOf, wayOf } from '../../../src/cache/read/request-directives.js'
import { createFieldReader } from '../../../src/cache/read/request-fields.js'
import { NEVER } from '../../../src/concurrency/cancellation.js'
import { flat, type Fields, TABLE } from '../fixtures.js'

t.test('no-store and only-if-cached are honoured, in any case and field', async (t) => {
  const directives = (...values: string[]) =>
    requestDirectivesOf(values.flatMap((value) => ['cache-control', value]))
  t.strictSame(directives('no-cache, max-age=0, min-fresh=9'), { noStore: false, onlyIfCached: false })
  t.strictSame(directives('max-age=0', 'No-Store'), { noStore: true, onlyIfCached: false })
  t.strictSame(directives('only-if-cached , no-store=1'), { noStore: true, onlyIfCached: true })
  t.strictSame(directives(), { noStore: false, onlyIfCached: false })
})

const lookupOf = (path: string, fields: Fields, named: Partial<Lookup> = {}): Lookup => {
  const match = TABLE.matchRead(path)
  if (match === undefined) throw new Error('no row')
  const headers = flat(fields)
  return {
    request: { method: 'GET', target: path, headers, body: undefined, cancel: NEVER },
    fields: createFieldReader(TABLE.identity)(headers),
    cacheable: { kind: 'lookup', ...match, key: path, baseKey: path, language: undefined },
    arrival: 1,
    position: 'epoch:1-0',
    entry: undefined,
    proof: undefined,
    mayShare: true,
    ...named
  }
}

t.test('lookups wait for one another, but for those whose answer may be for nobody else', async (t) => {
  const way = (path: string, fields: Fields, named?: Partial<Lookup>) => wayOf(lookupOf(path, fields, named))
  t.equal(way('/open/5', {}), 'together')
  t.equal(way('/open/5', { authorization: 'x' }), 'alone')
  t.equal(way('/guarded/5', { authorization: 'x' }), 'together', 'who is calling decides there')
  t.equal(way('/mine', { authorization: 'x' }), 'together', 'and is in the key here')
  t.equal(way('/open/5', { 'remote-user': 'x' }), 'together')
  t.equal(way('/open/5', { 'cache-control': 'no-store' }), 'alone')
  t.equal(way('/open/5', { 'cache-control': 'only-if-cached, no-store' }), 'not')
  t.equal(way('/open/5', { range: 'bytes=0-1' }), 'forward')
  t.equal(way('/guarded/5', {}, { mayShare: false }), 'together')
  t.equal(way('/guarded/5', {}, { mayShare: false, position: undefined }), 'forward')
})

t.test('a public row may share the answers to requests with Authorization', async (t) => {
  const lookup = lookupOf('/open/5', { authorization: 'x' })
  const { cacheable } = lookup
  const resource = { ...cacheable.resource, sharesAuthorized: true }
  t.equal(wayOf({ ...lookup, cacheable: { ...cacheable, resource } }), 'together')
})
