import t from 'tap'
import { cachedAnswer, failure, filledAnswer, relayed } from '../../src/cache/answer.js'
import { OriginError } from '../../src/cache/errors.js'
import { createFieldReader } from '../../src/cache/read/request-fields.js'
import { entry, type Fields, flat, originAnswer, TABLE } from './fixtures.js'

const LAST_MODIFIED = ['Content-Type', 'application/json', 'Last-Modified', 'Wed, 21 Oct 2026 07:28:00 GMT']

const statusFor = (fields: Fields, stored = entry({ etag: '"v1"', headers: LAST_MODIFIED })): number =>
  filledAnswer({
    outcome: 'hit',
    cacheStatus: '',
    entry: stored,
    fields: createFieldReader(TABLE.identity)(flat(fields))
  }).status

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

t.test('dates count where there is no list of validators', async (t) => {
  t.equal(statusFor({ 'if-modified-since': 'Wed, 21 Oct 2026 07:28:00 GMT' }), 304)
  t.equal(statusFor({ 'if-modified-since': 'Wed, 21 Oct 2026 07:27:59 GMT' }), 200)
  t.equal(statusFor({ 'if-modified-since': 'yesterday' }), 200)
  t.equal(statusFor({ 'if-modified-since': 'Wed, 21 Oct 2026 07:28:00 GMT' }, entry()), 200)
  const both = { 'if-none-match': '"v2"', 'if-modified-since': 'Wed, 21 Oct 2026 07:28:00 GMT' }
  t.equal(statusFor(both), 200, 'the list goes first')
})

t.test('only an answer from the cache has an age', async (t) => {
  const fields = createFieldReader(TABLE.identity)([])
  const parts = {
    outcome: 'hit' as const,
    cacheStatus: 'spms; hit',
    entry: entry({ generatedAt: 1000 }),
    fields
  }
  t.match(cachedAnswer(parts, 8900), { kind: 'entry', status: 200, ageSeconds: 7, cacheStatus: 'spms; hit' })
  t.match(filledAnswer(parts), { kind: 'entry', ageSeconds: undefined })
})

t.test('an answer of the origin keeps its status; none has that of a gateway', async (t) => {
  t.match(relayed(originAnswer({ status: 418 }), 'bypass', 'spms; x'), {
    kind: 'relay',
    status: 418,
    outcome: 'bypass'
  })
  const error = new OriginError('timeout')
  t.match(failure(error, 'spms; x'), {
    kind: 'failure',
    status: 504,
    outcome: 'failed',
    cacheStatus: 'spms; x',
    error
  })
})
