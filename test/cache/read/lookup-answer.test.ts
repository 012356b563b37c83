import { once } from 'node:events'
import { Readable } from 'node:stream'
import t from 'tap'
import { OriginError } from '../../../src/cache/errors.js'
import type { Entry } from '../../../src/cache/entry.js'
import type { FetchedEntry } from '../../../src/cache/read/origin-fetch.js'
import type { Lookup } from '../../../src/cache/read/lookup.js'
import {
  afterFailure,
  forCollapsed,
  forHit,
  forLeader,
  forwardStatus,
  fromCache,
  isUsableOnError,
  missOutcome,
  notCached
} from '../../../src/cache/read/lookup-answer.js'
import { createFieldReader } from '../../../src/cache/read/request-fields.js'
import { entry, type Fields, flat, lookupOf, originAnswer, TABLE } from '../fixtures.js'

const lookup = (named: Partial<Lookup> = {}): Lookup => lookupOf('/open/5', {}, named)

const STALE = entry({ freshUntil: 10_000, staleIfErrorUntil: 20_000 })
const DOWN = new OriginError('unreachable')

t.test('an answer from the cache tells what is left of its lifetime', async (t) => {
  t.match(fromCache(lookup({ entry: STALE }), 'hit', 2_000), {
    outcome: 'hit',
    cacheStatus: 'spms; hit; ttl=8',
    ageSeconds: 2
  })
  t.match(fromCache(lookup({ entry: STALE }), 'stale', 12_000), { cacheStatus: 'spms; hit; ttl=-2' })
  t.throws(() => fromCache(lookup(), 'hit', 0), TypeError)
})

t.test('why a request went forward', async (t) => {
  t.equal(forwardStatus(lookup()), 'spms; fwd=uri-miss')
  t.equal(forwardStatus(lookup({ entry: STALE })), 'spms; fwd=stale')
  const ranged = createFieldReader(TABLE.identity)(['Range', 'bytes=99-'])
  t.equal(forwardStatus(lookup({ entry: STALE, fields: ranged })), 'spms; fwd=request; detail=range')
  t.equal(forwardStatus(lookup({ fields: ranged })), 'spms; fwd=uri-miss')
  t.equal(forwardStatus(lookup({ mayShare: false, entry: STALE })), 'spms; fwd=request; detail=unproven')
  t.equal(forwardStatus(lookup({ position: undefined })), 'spms; fwd=uri-miss; detail=store-unavailable')
  t.equal(missOutcome(lookup()), 'miss')
  t.equal(missOutcome(lookup({ mayShare: false })), 'unproven')
  t.equal(missOutcome(lookup({ mayShare: false, position: undefined })), 'store-unavailable')
})

t.test('an error is covered by a stale entry for its time, and only for whom it is', async (t) => {
  t.equal(isUsableOnError(lookup({ entry: STALE }), 19_999), true)
  t.equal(isUsableOnError(lookup({ entry: STALE }), 20_000), false)
  t.equal(isUsableOnError(lookup({ entry: STALE, mayShare: false }), 15_000), false)
  t.equal(isUsableOnError(lookup(), 15_000), false)
  t.match(afterFailure(lookup({ entry: STALE }), DOWN, 15_000), { kind: 'entry', outcome: 'stale' })
  t.match(afterFailure(lookup({ entry: STALE }), DOWN, 20_000), {
    kind: 'failure',
    status: 502,
    cacheStatus: 'spms; fwd=stale'
  })
  t.match(afterFailure(lookup(), DOWN, 15_000), { kind: 'failure', cacheStatus: 'spms; fwd=uri-miss' })
})

const brought = (made: Entry, isAged = false): FetchedEntry => ({
  kind: 'entry',
  entry: made,
  isAged,
  ...{ confirmed: undefined, unconfirmed: undefined, user: undefined, unstored: undefined }
})

t.test('the leader is told whether its answer was stored', async (t) => {
  const fetched = brought(entry())
  t.match(forLeader(lookup(), fetched, 0), { outcome: 'miss', cacheStatus: 'spms; fwd=uri-miss; stored' })
  t.match(forLeader(lookup(), { ...fetched, unstored: 'invalidated' }, 0), {
    cacheStatus: 'spms; fwd=uri-miss; detail=invalidated'
  })
  t.match(forLeader(lookup({ entry: STALE }), fetched, 0), { cacheStatus: 'spms; fwd=stale; stored' })
  const unproven = lookup({ mayShare: false })
  t.match(forLeader(unproven, fetched, 0), { cacheStatus: 'spms; fwd=request; detail=unproven' })
  t.match(forLeader(unproven, { ...fetched, unstored: 'invalidated' }, 0), {
    cacheStatus: 'spms; fwd=request; detail=invalidated'
  })
})

t.test('the leader gets its own answer as it came, and a stale entry in place of an error', async (t) => {
  const own = (status: number) => ({
    kind: 'own' as const,
    answer: originAnswer({ status, body: new Readable({ read: () => undefined }) }),
    unstored: 'status' as const,
    isLasting: false
  })
  t.match(forLeader(lookup(), own(403), 0), {
    kind: 'relay',
    status: 403,
    cacheStatus: 'spms; fwd=uri-miss; detail=status'
  })
  t.match(forLeader(lookup({ entry: STALE }), own(429), 15_000), { kind: 'relay', status: 429 })
  t.match(forLeader(lookup(), own(503), 15_000), { kind: 'relay', status: 503 })
  const failed = own(503)
  t.match(forLeader(lookup({ entry: STALE }), failed, 15_000), { kind: 'entry', outcome: 'stale' })
  await once(failed.answer.body, 'close')
  t.ok(failed.answer.body.destroyed, 'the error is not left unread')
})

t.test('a collapsed reader is told so', async (t) => {
  t.match(forCollapsed(lookup(), brought(entry()), 0), {
    outcome: 'collapsed',
    cacheStatus: 'spms; fwd=uri-miss; collapsed',
    ageSeconds: undefined
  })
})

const LAST_MODIFIED = ['Content-Type', 'application/json', 'Last-Modified', 'Wed, 21 Oct 2026 07:28:00 GMT']

const statusFor = (sent: Fields, stored = entry({ etag: '"v1"', headers: LAST_MODIFIED })): number =>
  forCollapsed(lookup({ fields: createFieldReader(TABLE.identity)(flat(sent)) }), brought(stored), 0).status

t.test('a caller who has the answer already gets 304', async (t) => {
  t.equal(statusFor({}), 200)
  for (const list of ['"v1"', '"v0", "v1"', 'W/"v1"', '*', '"v0","v1"']) {
    t.equal(statusFor({ 'if-none-match': list }), 304, list)
  }
  t.equal(statusFor({ 'if-none-match': '"v1"' }, entry({ etag: 'W/"v1"' })), 304, 'weak on both sides')
})

t.test('a caller who has another gets all of it', async (t) => {
  for (const list of ['"v2"', 'v1', '"V1"', '""', ''])
    t.equal(statusFor({ 'if-none-match': list }), 200, list)
  t.equal(statusFor({ 'if-none-match': '"v1"' }, entry()), 200, 'an entry without a validator')
})

t.test('conditions are about a 200', async (t) => {
  const missing = entry({ status: 404, etag: '"v1"', headers: LAST_MODIFIED })
  t.equal(statusFor({ 'if-none-match': '"v1"' }, missing), 404)
  t.equal(statusFor({ 'if-modified-since': 'Wed, 21 Oct 2026 07:28:00 GMT' }, missing), 404)
})

t.test('a part of what is stored answers a Range, but for what the origin is to say', async (t) => {
  const answer = (sent: Fields, method: 'GET' | 'HEAD' = 'GET') => {
    const headers = flat(sent)
    const asked = lookup({
      entry: entry({ etag: '"v1"' }),
      fields: createFieldReader(TABLE.identity)(headers)
    })
    return forHit({ ...asked, request: { ...asked.request, method, headers } }, 0)
  }
  t.match(answer({ range: 'bytes=0-1' }), { outcome: 'hit', status: 206, entry: { body: Buffer.from('{"') } })
  t.match(answer({ range: 'bytes=0-1', 'if-none-match': '"v1"' }), { status: 304 })
  t.match(answer({ range: 'bytes=0-1' }, 'HEAD'), { status: 200 })
  t.equal(answer({ range: 'bytes=7-' }), undefined)
  t.match(answer({}), { status: 200 })
})

t.test('who wants no answer of the origin is told that there is none here', async (t) => {
  t.match(notCached(lookup()), {
    kind: 'failure',
    outcome: 'miss',
    status: 504,
    cacheStatus: 'spms; fwd=uri-miss'
  })
})

const CODED = entry({
  etag: '"v1"',
  headers: LAST_MODIFIED,
  coded: (['br', 'gzip'] as const).map((coding) => ({ coding, body: Buffer.from(coding) }))
})

/** Status, coding and body of the answer with that entry. */
const answerTo = (sent: Fields, stored = CODED) => {
  const answer = forCollapsed(
    lookup({ fields: createFieldReader(TABLE.identity)(flat(sent)) }),
    brought(stored),
    0
  )
  if (answer.kind !== 'entry') throw new Error('no entry')
  return [answer.status, answer.coding, answer.body.toString()]
}

t.test('whoever asks for an entry gets its body in the coding that he wants', async (t) => {
  t.same(answerTo({}), [200, undefined, '{"n":1}'])
  t.same(answerTo({ 'accept-encoding': 'gzip, br' }), [200, 'br', 'br'])
  t.same(answerTo({ 'accept-encoding': 'gzip, br;q=0' }), [200, 'gzip', 'gzip'])
  t.same(answerTo({ 'accept-encoding': 'br' }, entry()), [200, undefined, '{"n":1}'])
  const hit = fromCache(
    lookup({ entry: CODED, fields: createFieldReader(TABLE.identity)(['Accept-Encoding', 'br']) }),
    'hit',
    0
  )
  t.match(hit, { coding: 'br' })
})

t.test('a caller who has the answer in any coding gets 304, with the validator that he has', async (t) => {
  const validatorOf = (list: string, accepted = 'br') =>
    answerTo({ 'if-none-match': list, 'accept-encoding': accepted }).slice(0, 2)
  t.same(validatorOf('"v1~br"'), [304, 'br'])
  t.same(validatorOf('"v1~gzip"'), [304, 'gzip'])
  t.same(validatorOf('"v1"'), [304, undefined])
  t.same(validatorOf('"v0~br", "v1~zstd"'), [304, 'zstd'], 'also one that the entry no longer has')
  t.same(validatorOf('"v1~br"', 'identity'), [304, 'br'])
  t.same(validatorOf('"v0~br", "v1-br"'), [200, 'br'])
  const dated = { 'if-modified-since': 'Wed, 21 Oct 2026 07:28:00 GMT', 'accept-encoding': 'br' }
  t.same(answerTo(dated).slice(0, 2), [304, 'br'])
})

t.test('dates count where there is no list of validators', async (t) => {
  t.equal(statusFor({ 'if-modified-since': 'Wed, 21 Oct 2026 07:28:00 GMT' }), 304)
  t.equal(statusFor({ 'if-modified-since': 'Wed, 21 Oct 2026 07:27:59 GMT' }), 200)
  t.equal(statusFor({ 'if-modified-since': 'yesterday' }), 200)
  t.equal(statusFor({ 'if-modified-since': 'Wed, 21 Oct 2026 07:28:00 GMT' }, entry()), 200)
  const both = { 'if-none-match': '"v2"', 'if-modified-since': 'Wed, 21 Oct 2026 07:28:00 GMT' }
  t.equal(statusFor(both), 200, 'the list goes first')
})

t.test('an answer from the cache has an age, and one that came with an age', async (t) => {
  const stored = entry({ generatedAt: 1000 })
  t.match(fromCache(lookup({ entry: stored }), 'hit', 8900), {
    kind: 'entry',
    status: 200,
    ageSeconds: 7,
    cacheStatus: /^spms; hit/
  })
  for (const answer of [forCollapsed, forLeader]) {
    t.match(answer(lookup(), brought(stored), 8900), { kind: 'entry', ageSeconds: undefined })
    t.match(answer(lookup(), brought(stored, true), 8900), { kind: 'entry', ageSeconds: 7 })
  }
})

t.test('an answer from an entry is told what its row says of caching', async (t) => {
  const resource = { ...lookup().cacheable.resource, cacheControl: 'private, no-cache' }
  const asked = lookup({ entry: STALE })
  const protectedLookup = { ...asked, cacheable: { ...asked.cacheable, resource } }
  t.match(fromCache(protectedLookup, 'hit', 0), { cacheControl: 'private, no-cache' })
  t.match(fromCache(asked, 'hit', 0), { cacheControl: undefined })
})
