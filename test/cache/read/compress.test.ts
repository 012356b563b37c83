import { gunzipSync } from 'node:zlib'
import t from 'tap'
import { bodyBytes, type Entry } from '../../../src/cache/entry.js'
import { createCompress, type CompressContext } from '../../../src/cache/read/compress.js'
import type { Lookup } from '../../../src/cache/read/lookup.js'
import type { Fetched, FetchedEntry } from '../../../src/cache/read/origin-fetch.js'
import { createFieldReader } from '../../../src/cache/read/request-fields.js'
import { NEVER } from '../../../src/concurrency/cancellation.js'
import { encode } from '../../../src/http/codings.js'
import { createRecorder } from '../../stores/observer.js'
import { createGate, entry, originAnswer, TABLE } from '../fixtures.js'

const match = TABLE.matchRead('/open/5')
if (match === undefined) throw new Error('no row')
const { resource, parameters } = match

const lookupOf = (stale?: Entry, isCompressed = true): Lookup => ({
  request: { method: 'GET', target: '/open/5', headers: [], body: undefined, cancel: NEVER },
  fields: createFieldReader(TABLE.identity)([]),
  cacheable: {
    ...{ kind: 'lookup', key: 'open:5', baseKey: 'open:5', parameters, pathSuffix: '', language: undefined },
    resource: { ...resource, isCompressed }
  },
  ...{ arrival: 1, position: 'epoch:1-0', entry: stale, proof: undefined, mayShare: true }
})

const BODY = Buffer.from(JSON.stringify({ text: 'again and '.repeat(200) }))

const fetchedOf = (made: Partial<Entry> = {}, confirmed?: string): FetchedEntry => ({
  ...{
    kind: 'entry',
    confirmed,
    unconfirmed: undefined,
    isAged: false,
    user: undefined,
    unstored: undefined
  },
  entry: entry({ body: BODY, ...made })
})

const setUp = (options: Partial<CompressContext> = {}) => {
  const observer = createRecorder()
  const compress = createCompress({ codings: ['br', 'gzip'], maxEntryBytes: 10_000, observer, ...options })
  const run = async (fetched: Fetched, lookup = lookupOf()): Promise<Entry> => {
    const result = await compress(lookup, fetched)
    if (result.kind === 'own') throw new Error('no entry')
    return result.entry
  }
  return { compress, run, told: observer.told.compressed }
}

const codingsIn = ({ coded }: Entry) => coded?.map(({ coding }) => coding)

t.test('a body is kept in every coding that is set, the preferred one first', async (t) => {
  const { run, told } = setUp({ codings: ['br', 'gzip', 'br'] })
  const made = await run(fetchedOf())
  t.same(codingsIn(made), ['br', 'gzip'])
  const gzip = made.coded?.[1]?.body ?? Buffer.alloc(0)
  t.ok(gunzipSync(gzip).equals(BODY))
  t.ok(made.body.equals(BODY), 'beside it as it is')
  t.same(told, [
    { resource: 'open', coding: 'br', outcome: 'kept' },
    { resource: 'open', coding: 'gzip', outcome: 'kept' }
  ])
})

t.test(
  'an entry with coded bodies says that it varies on them, and whatever else it varied on',
  async (t) => {
    const { run } = setUp()
    const JSON_TYPE = ['Content-Type', 'application/json']
    const cases: readonly [sent: readonly string[], kept: readonly string[]][] = [
      [[], ['Vary', 'Accept-Encoding']],
      [
        ['vary', 'Cookie', 'X-A', '1'],
        ['vary', 'Cookie, Accept-Encoding', 'X-A', '1']
      ],
      [
        ['Vary', 'Accept', 'Vary', 'origin,accept-encoding'],
        ['Vary', 'Accept', 'Vary', 'origin,accept-encoding']
      ],
      [
        ['Vary', 'X-Accept-Encoding', 'Content-Encoding', 'identity'],
        ['Vary', 'X-Accept-Encoding, Accept-Encoding']
      ]
    ]
    for (const [sent, kept] of cases) {
      const { headers } = await run(fetchedOf({ headers: [...JSON_TYPE, ...sent] }))
      t.same(headers, [...JSON_TYPE, ...kept])
    }
  }
)

t.test('what is small, no text, or not to be changed is stored as it is', async (t) => {
  const { compress, told } = setUp()
  const fields: readonly (readonly string[])[] = [
    ['Content-Type', 'image/png'],
    ['Content-Type', 'text/event-stream'],
    ['X-A', 'no type'],
    ['Content-Type', 'application/json', 'Cache-Control', 'max-age=9, No-Transform'],
    ['Content-Type', 'application/json', 'Content-Digest', 'sha-256=:x:'],
    ['Content-Type', 'application/json', 'Content-MD5', 'x']
  ]
  for (const headers of fields) {
    const fetched = fetchedOf({ headers })
    t.equal(compress(lookupOf(), fetched), fetched, headers.join())
  }
  const small = fetchedOf({ body: Buffer.alloc(1023, 'x') })
  t.equal(compress(lookupOf(), small), small)
  const whole = fetchedOf()
  t.equal(compress(lookupOf(undefined, false), whole), whole, 'a row that is not to be compressed')
  t.equal(setUp({ codings: [] }).compress(lookupOf(), whole), whole, 'COMPRESSION=off')
  const own: Fetched = { kind: 'own', answer: originAnswer(), unstored: 'status', isLasting: false }
  t.equal(compress(lookupOf(), own), own)
  t.same(told, [])
})

t.test('the kinds of text that are compressed', async (t) => {
  const { run } = setUp()
  const types = ['application/json; charset=utf-8', 'application/problem+json', 'text/html', 'image/svg+xml']
  for (const type of types) {
    t.same(codingsIn(await run(fetchedOf({ headers: ['content-type', type] }))), ['br', 'gzip'], type)
  }
})

t.test('a coded body that is not smaller is not kept', async (t) => {
  const { run, told } = setUp({
    encode: async (body, coding) => (coding === 'br' ? Buffer.alloc(body.length) : encode(body, coding))
  })
  t.same(codingsIn(await run(fetchedOf())), ['gzip'])
  t.match(told, [{ outcome: 'larger' }, { outcome: 'kept' }])
})

t.test('bodies in all codings have no more bytes than an entry may have', async (t) => {
  const halved = async (body: Buffer): Promise<Buffer> => Buffer.alloc(body.length / 2)
  const { run, told } = setUp({ encode: halved, maxEntryBytes: BODY.length * 1.5 })
  const made = await run(fetchedOf())
  t.same(codingsIn(made), ['br'])
  t.ok(bodyBytes(made) <= BODY.length * 1.5)
  t.match(told, [{ outcome: 'kept' }, { outcome: 'too-large' }])
  const { headers, coded } = await setUp({ encode: halved, maxEntryBytes: BODY.length }).run(fetchedOf())
  t.same([headers, coded], [entry().headers, undefined], 'and where none fits, nothing varies')
})

t.test('a failure leaves the body as it is, and is told', async (t) => {
  const error = new Error('no memory')
  const { run, told } = setUp({ encode: () => Promise.reject(error) })
  const made = await run(fetchedOf())
  t.same([made.coded, made.headers], [undefined, entry().headers])
  t.same(
    told.map(({ outcome, error: why }) => [outcome, why]),
    [
      ['failed', error],
      ['failed', error]
    ]
  )
})

t.test('too much at once is stored as it is, and what comes later is compressed again', async (t) => {
  const gate = createGate()
  const large = Buffer.alloc(9 * 1024 * 1024)
  const { run, told } = setUp({
    codings: ['gzip'],
    maxEntryBytes: 100 * 1024 * 1024,
    encode: async () => {
      await gate.opened
      return Buffer.from('coded')
    }
  })
  const first = run(fetchedOf({ body: large }))
  t.equal(codingsIn(await run(fetchedOf({ body: large }))), undefined)
  gate.open()
  t.same(codingsIn(await first), ['gzip'])
  t.same(codingsIn(await run(fetchedOf({ body: large }))), ['gzip'])
  t.match(told, [{ outcome: 'busy' }, { outcome: 'kept' }, { outcome: 'kept' }])
})

t.test('what a 304 confirms keeps its coded bodies, as far as they are set', async (t) => {
  const coded = (['zstd', 'gzip'] as const).map((coding) => ({ coding, body: Buffer.from(coding) }))
  const stale = entry({ body: BODY, coded })
  const { run, told } = setUp()
  const made = await run(
    fetchedOf({ headers: ['Content-Type', 'application/json', 'Vary', 'Cookie'] }, '"v"'),
    lookupOf(stale)
  )
  t.same(made.coded, [coded[1]])
  t.same(made.headers.slice(2), ['Vary', 'Cookie, Accept-Encoding'])
  t.same(told, [], 'without work')
  const first = await run(fetchedOf({}, '"v"'), lookupOf(entry({ body: BODY })))
  t.same(codingsIn(first), ['br', 'gzip'], 'one that had none gets them')
  const anew = await run(fetchedOf(), lookupOf(stale))
  t.same(codingsIn(anew), ['br', 'gzip'], 'a new answer does not keep the old ones')
})
