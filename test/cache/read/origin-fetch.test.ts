import { Readable } from 'node:stream'
import t from 'tap'
import { OriginError } from '../../../src/cache/errors.js'
import type { UnstoredReason } from '../../../src/cache/observer.js'
import type { Lookup, ReadRequest } from '../../../src/cache/read/lookup.js'
import { type Fetched, fetchOrigin } from '../../../src/cache/read/origin-fetch.js'
import { createFieldReader } from '../../../src/cache/read/request-fields.js'
import { NEVER } from '../../../src/concurrency/cancellation.js'
import { createClock } from '../../support/clock.js'
import { type AnswerParts, createFakeOrigin, entry, originAnswer, TABLE } from '../fixtures.js'

const match = TABLE.matchRead('/open/5')
if (match === undefined) throw new Error('no row')
const cacheable = {
  kind: 'lookup' as const,
  ...match,
  key: 'open:5',
  baseKey: 'open:5',
  language: undefined
}

interface Asked {
  readonly headers?: readonly string[]
  readonly stale?: Lookup['entry']
}

const setUp = (parts: AnswerParts) => {
  const clock = createClock(1_000_000)
  const origin = createFakeOrigin()
  origin.respond = () => {
    clock.advance(5000)
    return originAnswer(parts)
  }
  const run = ({ headers = [], stale }: Asked = {}): Promise<Fetched> => {
    const request: ReadRequest = { method: 'GET', target: '/open/5', headers, body: undefined, cancel: NEVER }
    const lookup = { request, fields: createFieldReader(TABLE.identity)([]), cacheable, arrival: 1 }
    return fetchOrigin(
      { origin, now: clock.now, maxTtlMs: 3_600_000, maxEntryBytes: 100 },
      { ...lookup, position: 'epoch:1-0', entry: stale, proof: undefined, mayShare: true },
      { user: undefined, cancel: NEVER }
    )
  }
  return { origin, run }
}

const textOf = async (fetched: Fetched): Promise<string> =>
  fetched.kind === 'entry'
    ? fetched.entry.body.toString()
    : Buffer.concat(await fetched.answer.body.toArray()).toString()

t.test('a storable answer becomes an entry with the tags of its row', async (t) => {
  const { run } = setUp({ json: { items: [7, 8] }, headers: ['Age', '10', 'X-A', '1', 'ETag', '"v"'] })
  const fetched = await run()
  t.match(fetched, {
    kind: 'entry',
    confirmed: undefined,
    entry: { status: 200, etag: '"v"', tags: ['family:things', 'thing:5', 'item:7', 'item:8'] }
  })
  if (fetched.kind !== 'entry') return
  t.same(fetched.entry.headers, ['Content-Type', 'application/json', 'X-A', '1', 'ETag', '"v"'], 'but no Age')
  t.equal(await textOf(fetched), '{"items":[7,8]}')
})

t.test('an entry is as old as its request, not as its answer', async (t) => {
  const fetched = await setUp({}).run()
  t.match(fetched, { entry: { generatedAt: 1_000_000, freshUntil: 1_060_000 } })
})

t.test('a fill asks for whole, uncoded JSON and without the conditions of its caller', async (t) => {
  const { run, origin } = setUp({})
  const mine = [
    'Accept',
    'accept-encoding',
    'If-None-Match',
    'If_None_Match',
    'if-modified-since',
    'If-Match',
    'If-Unmodified-Since',
    'If-Range',
    'Range',
    'Accept_Encoding'
  ]
  await run({
    headers: [...mine.flatMap((name) => [name, 'x']), 'Host', 'h', 'Cookie', 'c', 'X-Forwarded-For', 'f']
  })
  t.match(origin.requests[0], { method: 'GET', target: '/open/5', body: undefined, resource: 'open' })
  t.same(origin.requests[0]?.headers, [
    ...['Host', 'h', 'Cookie', 'c', 'X-Forwarded-For', 'f'],
    ...['Accept', 'application/json', 'Accept-Encoding', 'identity']
  ])
})

t.test('an answer that cannot be kept is one caller’s own, whole', async (t) => {
  const cases: [AnswerParts, UnstoredReason, boolean][] = [
    [{ status: 503, json: 'no' }, 'status', false],
    [{ headers: ['Set-Cookie', 'a=b'], json: 'no' }, 'set-cookie', false],
    [{ headers: ['Cache-Control', 'no-store'], json: 'no' }, 'no-store', true],
    [{ headers: ['Vary', 'X-Other'], json: 'no' }, 'vary', true],
    [{ body: '"no' }, 'malformed', true],
    [{ json: { items: [{}] } }, 'tags', true],
    [{ json: { pad: 'x'.repeat(200) } }, 'too-large', true]
  ]
  for (const [parts, unstored, isLasting] of cases) {
    const fetched = await setUp(parts).run()
    t.match(fetched, { kind: 'own', unstored, isLasting, answer: { status: parts.status ?? 200 } })
    t.equal(await textOf(fetched), parts.body ?? JSON.stringify(parts.json))
  }
})

t.test('a validator that is too long to keep is not kept', async (t) => {
  const fetched = await setUp({ headers: ['ETag', `"${'x'.repeat(300)}"`] }).run()
  t.match(fetched, { kind: 'entry', entry: { etag: undefined } })
})

t.test('a body that breaks off is an error, and no entry', async (t) => {
  const body = Readable.from(
    (function* () {
      yield Buffer.from('{"n":')
      throw new Error('reset')
    })()
  )
  await t.rejects(setUp({ body }).run(), new OriginError('unreachable'))
})

const STALE = entry({
  etag: '"v1"',
  headers: [
    'Content-Type',
    'application/json',
    'Content-Length',
    '7',
    'ETag',
    '"v1"',
    'X-A',
    'old',
    'X-B',
    'old'
  ]
})

t.test(
  'a 304 confirms the stored body and renews its headers, but for what describes the body',
  async (t) => {
    const { run, origin } = setUp({
      status: 304,
      body: '',
      headers: ['Content-Length', '0', 'x-a', 'new', 'Cache-Control', 'max-age=9']
    })
    const fetched = await run({ stale: STALE })
    t.same(origin.requests[0]?.headers.slice(-2), ['If-None-Match', '"v1"'])
    t.match(fetched, {
      kind: 'entry',
      confirmed: '"v1"',
      entry: { status: 200, etag: '"v1"', freshUntil: 1_009_000 }
    })
    if (fetched.kind !== 'entry') return
    t.same(fetched.entry.headers, [
      ...['Content-Type', 'application/json', 'ETag', '"v1"', 'X-B', 'old'],
      ...['x-a', 'new', 'Cache-Control', 'max-age=9']
    ])
    t.equal(await textOf(fetched), '{"n":1}')
  }
)

t.test('a 304 that cannot be kept is a whole answer all the same: nobody asked for a 304', async (t) => {
  for (const header of [
    ['Set-Cookie', 'a=b'],
    ['Cache-Control', 'no-store']
  ]) {
    const fetched = await setUp({ status: 304, body: '', headers: header }).run({ stale: STALE })
    t.match(fetched, { kind: 'own', answer: { status: 200, statusText: 'OK' } })
    t.equal(await textOf(fetched), '{"n":1}')
  }
})

t.test('an entry without a validator is asked for anew', async (t) => {
  const { run, origin } = setUp({ json: 'new' })
  t.equal(await textOf(await run({ stale: entry() })), '"new"')
  t.notOk(origin.requests[0]?.headers.includes('If-None-Match'))
})

t.test('an entry without a validator gets one of its bytes, which the origin is never sent', async (t) => {
  const first = await setUp({ json: { a: 1 } }).run()
  const same = await setUp({ json: { a: 1 } }).run()
  const other = await setUp({ json: { b: 1 } }).run()
  if (first.kind !== 'entry' || same.kind !== 'entry' || other.kind !== 'entry') throw new Error('no entry')
  const { etag, headers } = first.entry
  t.match(etag, /^"~[\w-]{22}"$/)
  t.same(headers.slice(-2), ['ETag', etag])
  t.equal(same.entry.etag, etag)
  t.not(other.entry.etag, etag)
  const { run, origin } = setUp({ json: { c: 1 } })
  await run({ stale: first.entry })
  t.notOk(origin.requests[0]?.headers.includes('If-None-Match'))
})

t.test('an answer that says that it is too large is passed on without being read first', async (t) => {
  const body = new Readable({ read: () => undefined })
  const fetched = await setUp({ headers: ['Content-Length', '101'], body }).run()
  t.match(fetched, { kind: 'own', unstored: 'too-large', isLasting: true })
  body.destroy()
})
