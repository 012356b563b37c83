import { once } from 'node:events'
import { Readable } from 'node:stream'
import t from 'tap'
import { OriginError } from '../../../src/cache/errors.js'
import { NEVER } from '../../../src/concurrency/cancellation.js'
import type { Lookup } from '../../../src/cache/read/lookup.js'
import {
  afterFailure,
  forCollapsed,
  forLeader,
  forwardStatus,
  fromCache,
  isUsableOnError,
  missOutcome
} from '../../../src/cache/read/lookup-answer.js'
import { createFieldReader } from '../../../src/cache/read/request-fields.js'
import { entry, originAnswer, TABLE } from '../fixtures.js'

const match = TABLE.matchRead('/open/5')
if (match === undefined) throw new Error('no row')

const reader = (named: Partial<Lookup> = {}): Lookup => ({
  request: {
    method: 'GET',
    target: '/open/5',
    headers: [],
    body: undefined,
    caller: NEVER
  },
  fields: createFieldReader(TABLE.identity)([]),
  plan: { kind: 'lookup', ...match, key: 'open:5', baseKey: 'open:5' },
  arrival: 1,
  position: 'epoch:1-0',
  entry: undefined,
  proof: undefined,
  isProven: true,
  ...named
})

const STALE = entry({ freshUntil: 10_000, staleIfErrorUntil: 20_000 })
const DOWN = new OriginError('unreachable')

t.test('an answer from the cache tells what is left of its lifetime', async (t) => {
  t.match(fromCache(reader({ entry: STALE }), 'hit', 2_000), {
    outcome: 'hit',
    cacheStatus: 'spms; hit; ttl=8',
    ageSeconds: 2
  })
  t.match(fromCache(reader({ entry: STALE }), 'stale', 12_000), { cacheStatus: 'spms; hit; ttl=-2' })
  t.throws(() => fromCache(reader(), 'hit', 0), TypeError)
})

t.test('why a request went forward', async (t) => {
  t.equal(forwardStatus(reader()), 'spms; fwd=uri-miss')
  t.equal(forwardStatus(reader({ entry: STALE })), 'spms; fwd=stale')
  t.equal(forwardStatus(reader({ isProven: false, entry: STALE })), 'spms; fwd=request; detail=unproven')
  t.equal(forwardStatus(reader({ position: undefined })), 'spms; fwd=uri-miss; detail=store-unavailable')
  t.equal(missOutcome(reader()), 'miss')
  t.equal(missOutcome(reader({ isProven: false })), 'unproven')
  t.equal(missOutcome(reader({ isProven: false, position: undefined })), 'store-unavailable')
})

t.test('an error is covered by a stale entry for its time, and only for whom it is', async (t) => {
  t.equal(isUsableOnError(reader({ entry: STALE }), 19_999), true)
  t.equal(isUsableOnError(reader({ entry: STALE }), 20_000), false)
  t.equal(isUsableOnError(reader({ entry: STALE, isProven: false }), 15_000), false)
  t.equal(isUsableOnError(reader(), 15_000), false)
  t.match(afterFailure(reader({ entry: STALE }), DOWN, 15_000), { kind: 'entry', outcome: 'stale' })
  t.match(afterFailure(reader({ entry: STALE }), DOWN, 20_000), {
    kind: 'failure',
    status: 502,
    cacheStatus: 'spms; fwd=stale'
  })
  t.match(afterFailure(reader(), DOWN, 15_000), { kind: 'failure', cacheStatus: 'spms; fwd=uri-miss' })
})

t.test('the leader is told whether its answer was stored', async (t) => {
  const landing = { kind: 'entry' as const, entry: entry(), isStored: true }
  t.match(forLeader(reader(), landing, 0), { outcome: 'miss', cacheStatus: 'spms; fwd=uri-miss; stored' })
  t.match(forLeader(reader(), { ...landing, isStored: false }, 0), { cacheStatus: 'spms; fwd=uri-miss' })
  t.match(forLeader(reader({ entry: STALE }), landing, 0), { cacheStatus: 'spms; fwd=stale; stored' })
})

t.test('the leader gets its own answer as it came, and a stale entry in place of an error', async (t) => {
  const own = (status: number) => ({
    kind: 'own' as const,
    answer: originAnswer({ status, body: new Readable({ read: () => undefined }) })
  })
  t.match(forLeader(reader(), own(403), 0), { kind: 'relay', status: 403, cacheStatus: 'spms; fwd=uri-miss' })
  t.match(forLeader(reader({ entry: STALE }), own(429), 15_000), { kind: 'relay', status: 429 })
  t.match(forLeader(reader(), own(503), 15_000), { kind: 'relay', status: 503 })
  const failed = own(503)
  t.match(forLeader(reader({ entry: STALE }), failed, 15_000), { kind: 'entry', outcome: 'stale' })
  await once(failed.answer.body, 'close')
  t.ok(failed.answer.body.destroyed, 'the error is not left unread')
})

t.test('a collapsed reader is told so', async (t) => {
  t.match(forCollapsed(reader(), entry()), {
    outcome: 'collapsed',
    cacheStatus: 'spms; fwd=uri-miss; collapsed',
    ageSeconds: undefined
  })
})
