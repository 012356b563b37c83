import fc from 'fast-check'
import t from 'tap'
import { ETAG_MAX_LENGTH, type Entry } from '../../src/cache/entry.js'
import { CODINGS } from '../../src/http/codings.js'
import { decodeEntry, encodeEntry, EPOCH_LENGTH } from '../../src/stores/entry-codec.js'
import { entryOf } from './fixtures.js'

const EPOCH = 'abcDEF123_-xyzXY'
const POSITION = `${EPOCH}:1700000000000-0`

const stored = (entry: Entry, epoch = EPOCH): Buffer =>
  Buffer.concat([Buffer.from(epoch, 'latin1'), encodeEntry(entry)])

const time = fc.double({ noNaN: true, min: 0, max: 2 ** 53 })
const word = fc.string({ unit: 'grapheme', maxLength: 40 })
const field = word.map((text) => text.replaceAll('\n', ''))
const latin1 = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) })
const bytes = fc.uint8Array({ maxLength: 2000 }).map((array) => Buffer.from(array))
const entry: fc.Arbitrary<Entry> = fc.record({
  status: fc.integer({ min: 100, max: 599 }),
  headers: fc.array(fc.tuple(field, field), { maxLength: 10 }).map((pairs) => pairs.flat()),
  body: bytes,
  generatedAt: time,
  freshUntil: time,
  staleWhileRevalidateUntil: time,
  staleIfErrorUntil: time,
  keptUntil: fc.option(fc.double({ noNaN: true, min: 1, max: 2 ** 53 }), { nil: undefined }),
  etag: fc.option(
    latin1.filter(({ length }) => length > 0 && length <= ETAG_MAX_LENGTH),
    { nil: undefined }
  ),
  tags: fc.array(word, { maxLength: 20 }),
  coded: fc.option(
    fc.array(fc.record({ coding: fc.constantFrom(...CODINGS), body: bytes }), { minLength: 1, maxLength: 3 }),
    { nil: undefined }
  )
})

void t.test('an entry is decoded as it was encoded', (t) => {
  fc.assert(
    fc.property(entry, (original) => {
      const decoded = decodeEntry(stored(original), POSITION)
      if (decoded === undefined) return false
      return Object.entries(original).every(([name, value]) =>
        Buffer.isBuffer(value)
          ? value.equals(decoded.body)
          : JSON.stringify(Reflect.get(decoded, name)) === JSON.stringify(value)
      )
    }),
    { numRuns: 1000 }
  )
  t.pass('1000 entries')
  t.end()
})

void t.test('a line break in a header cannot make another header of it', (t) => {
  const headers = ['X-A', 'one\nX-B', 'Content-Type', 'text/plain']
  const decoded = decodeEntry(stored({ ...entryOf('body'), headers }), POSITION)
  t.same(decoded?.headers, ['X-A', 'one X-B', 'Content-Type', 'text/plain'])
  t.end()
})

void t.test('the longest etag is kept', (t) => {
  const etag = `"${'x'.repeat(ETAG_MAX_LENGTH - 2)}"`
  const decoded = decodeEntry(stored(entryOf('body', { etag })), POSITION)
  t.equal(decoded?.etag, etag)
  t.equal(decoded?.body.toString(), 'body')
  t.end()
})

void t.test('an entry of another epoch does not exist', (t) => {
  const bytes = stored(entryOf('body'))
  t.equal(decodeEntry(bytes, POSITION)?.body.toString(), 'body')
  for (let at = 0; at < EPOCH_LENGTH; at++) {
    t.equal(decodeEntry(bytes, `${POSITION.slice(0, at)}.${POSITION.slice(at + 1)}`), undefined, `byte ${at}`)
  }
  t.end()
})

void t.test('an entry of another version does not exist', (t) => {
  for (const version of [0, 1, 255]) {
    const bytes = stored(entryOf('body'))
    bytes.writeUInt8(version, EPOCH_LENGTH)
    t.equal(decodeEntry(bytes, POSITION), undefined)
  }
  t.end()
})

const CODED: Partial<Entry> = {
  coded: [
    { coding: 'zstd', body: Buffer.from('zst') },
    { coding: 'gzip', body: Buffer.from('gz') }
  ]
}

void t.test('an entry without coded bodies is of version 3, byte for byte', (t) => {
  const times = { generatedAt: 1, freshUntil: 2, staleWhileRevalidateUntil: 3, staleIfErrorUntil: 4 }
  const plain = encodeEntry({
    ...entryOf('body', { headers: ['A', 'b'], etag: '"e"', tags: ['t'] }),
    ...times
  })
  const double = (text: string) => Buffer.from(text.padEnd(16, '0'), 'hex').toString('latin1')
  t.equal(
    plain.toString('latin1'),
    [
      ...['\u0003', '\u0003"e"', '\u0000\u00c8', double('3ff'), double('4'), double('4008'), double('401')],
      ...['\0\0\0\u0003', '\0\0\0\u0005', '\0\0\0\u0004', 'A\nb', '["t"]', 'body']
    ].join('')
  )
  t.ok(decodeEntry(Buffer.concat([Buffer.from(EPOCH), plain]), POSITION), 'and is read')
  t.end()
})

void t.test('an entry with coded bodies is of another version, which older sidecars do not read', (t) => {
  const bytes = stored(entryOf('body', CODED))
  t.equal(bytes[EPOCH_LENGTH], 4)
  t.equal(
    bytes.subarray(-28).toString('latin1'),
    'body\0\0\0\0\0\0\0\0\u0002\u0002\0\0\0\u0003zst\0\0\0\0\u0002gz'
  )
  const { body, coded } = decodeEntry(bytes, POSITION) ?? {}
  t.equal(body?.toString(), 'body')
  t.same(coded, CODED.coded)
  t.end()
})

void t.test(
  'coded bodies that are not whole are no entry, and a coding that is not known is left out',
  (t) => {
    const bytes = stored(entryOf('body', CODED))
    for (const length of [1, 2, 3, 6, 7, 14, 15, 16, 17]) {
      t.equal(decodeEntry(bytes.subarray(0, -length), POSITION), undefined, `${length} bytes less`)
    }
    t.equal(decodeEntry(Buffer.concat([bytes, Buffer.from('x')]), POSITION), undefined)
    bytes.writeUInt8(9, bytes.length - 7)
    t.same(decodeEntry(bytes, POSITION)?.coded, [{ coding: 'zstd', body: Buffer.from('zst') }])
    t.end()
  }
)

void t.test('bytes that are no entry do not exist', (t) => {
  for (const text of ['', 'x', EPOCH, 'a pickle of the backend under the same prefix']) {
    t.equal(decodeEntry(Buffer.from(text), POSITION), undefined, text)
  }
  t.end()
})
