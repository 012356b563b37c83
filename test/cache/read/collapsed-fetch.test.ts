import t from 'tap'
import { Proof } from '../../../src/cache/identity/proof.js'
import { invalidationOf } from '../../../src/cache/invalidation.js'
import { CollapsedFetches, discard, type FetchContext } from '../../../src/cache/read/collapsed-fetch.js'
import type { Lookup } from '../../../src/cache/read/lookup.js'
import { UncacheableKeys } from '../../../src/cache/read/uncacheable-keys.js'
import { groupTag, identityTag, proofKey } from '../../../src/cache/tags.js'
import { createRecorder } from '../../stores/observer.js'
import {
  createGate,
  createStage,
  entry,
  type Fields,
  lookupOf,
  originAnswer,
  SIGNED_IN,
  TABLE
} from '../fixtures.js'

const setUp = (options: Partial<FetchContext> = {}) => {
  const { store, clock, origin } = createStage()
  const uncacheable = new UncacheableKeys({ store, elapsed: clock.now })
  const effects: [status: number, identity: string | undefined][] = []
  const users = new Map<string, string>()
  const observer = createRecorder()
  const fetches = new CollapsedFetches({
    store,
    origin,
    table: TABLE,
    observer,
    uncacheable,
    invalidateSessionChanges: ({ status }, { identity }) => {
      effects.push([status, identity])
      return undefined
    },
    userOf: async (identity) => users.get(identity),
    now: clock.now,
    maxTtlMs: 3_600_000,
    maxEntryBytes: 1000,
    compress: (_, fetched) => fetched,
    ...options
  })
  const arrive = async (target: string, sent: Fields = {}, named: Partial<Lookup> = {}): Promise<Lookup> => {
    const lookup = lookupOf(target, sent, { arrival: ++fetches.arrivals })
    const { position, entries } = await store.read([lookup.cacheable.key])
    return { ...lookup, position, entry: entries[0], ...named }
  }
  const find = async (storeKey: string) => (await store.read([storeKey])).entries[0]
  return { store, clock, origin, uncacheable, fetches, arrive, effects, find, users, told: observer.told }
}

t.test('an entry carries its row’s tags, its families, its caller and its key without digest', async (t) => {
  const { fetches, arrive, find, origin, users } = setUp()
  const open = await arrive('/open/5')
  t.match(await fetches.alone(open), { kind: 'entry', unstored: undefined })
  t.same((await find('open:5'))?.tags, [groupTag('things'), 'thing:5'])

  const cors = await arrive('/open/5', { origin: 'https://a' })
  t.match(await fetches.alone(cors), { kind: 'own' }, 'not for a site that the origin does not name')
  origin.respond = () => originAnswer({ headers: ['Access-Control-Allow-Origin', 'https://a'] })
  await fetches.alone(cors)
  t.same((await find(cors.cacheable.key))?.tags, ['open:5', groupTag('things'), 'thing:5'])

  const mine = await arrive('/mine', SIGNED_IN)
  users.set(mine.fields.identity ?? '', '7')
  await fetches.alone(mine)
  t.same((await find(mine.cacheable.key))?.tags, [
    identityTag(mine.fields.identity ?? ''),
    groupTag('things'),
    'user:7:mine'
  ])
})

t.test('a 2xx on a protected read is a proof, and tells the user number where the row does', async (t) => {
  const { fetches, arrive, find, origin, clock } = setUp()
  const proofOf = async (lookup: Lookup) =>
    (await find(proofKey(lookup.fields.identity ?? '')))?.body.toString()
  const open = await arrive('/open/5', SIGNED_IN)
  await fetches.alone(open)
  t.equal(await proofOf(open), undefined, 'a public read proves nothing')
  const proof = new Proof(entry({ body: Buffer.from('3'), freshUntil: clock.now() }))
  const guarded = await arrive('/guarded/1', SIGNED_IN, { proof, mayShare: false })
  await fetches.alone(guarded)
  t.equal(await proofOf(guarded), '3', 'a number that is known stays')
  origin.respond = () => originAnswer({ json: { id: 7 } })
  await fetches.alone(await arrive('/me', SIGNED_IN))
  t.equal(await proofOf(guarded), '7')
})

t.test('only what could be stored as the answer of its row proves', async (t) => {
  const { fetches, arrive, find, origin } = setUp()
  for (const [status, isProof] of [
    [204, false],
    [302, false],
    [403, false],
    [404, false],
    [500, false]
  ] as const) {
    const lookup = await arrive('/guarded/1', { cookie: `sessionid=${status}` }, { mayShare: false })
    origin.respond = () => originAnswer({ status })
    await fetches.alone(lookup)
    t.equal((await find(proofKey(lookup.fields.identity ?? ''))) !== undefined, isProof, `${status}`)
  }
  const maintenance = { headers: ['Content-Type', 'text/html'], body: '<h1>Back soon</h1>' }
  const lookup = await arrive('/guarded/1', { cookie: 'sessionid=page' }, { mayShare: false })
  origin.respond = () => originAnswer(maintenance)
  await fetches.alone(lookup)
  t.equal(await find(proofKey(lookup.fields.identity ?? '')), undefined, 'a maintenance page is a 200, too')
})

t.test('an unproven caller is not served by a 304, and a 304 proves nobody', async (t) => {
  const { fetches, arrive, origin, clock, find } = setUp()
  const stale = entry({ etag: '"v1"', freshUntil: clock.now() + 1, staleIfErrorUntil: clock.now() + 60_000 })
  const unproven = await arrive('/guarded/1', SIGNED_IN, { entry: stale, mayShare: false })
  await fetches.alone(unproven)
  t.notOk(origin.requests[0]?.headers.includes('If-None-Match'))

  origin.respond = () => originAnswer({ status: 304, body: '' })
  const mine = await arrive('/mine', { cookie: 'sessionid=two' }, { entry: stale })
  t.match(await fetches.alone(mine), { kind: 'entry', entry: { body: stale.body } })
  t.ok(origin.requests[1]?.headers.includes('If-None-Match'))
  t.equal(await find(proofKey(mine.fields.identity ?? '')), undefined)
})

t.test('a confirmed body is stored over its own entry only', async (t) => {
  const { fetches, arrive, origin, clock, store, find } = setUp()
  const lasting = { freshUntil: clock.now() + 1000, staleIfErrorUntil: clock.now() + 60_000 }
  const put = (etag: string) =>
    store.commit({
      writes: [
        { storeKey: 'open:5', entry: entry({ ...lasting, etag, body: Buffer.from(`{"by":${etag}}`) }) }
      ],
      position: undefined
    })
  await put('"v1"')
  const lookup = await arrive('/open/5')
  await put('"v2"')
  origin.respond = () => originAnswer({ status: 304, body: '' })
  t.match(await fetches.alone(lookup), { unstored: 'outdated' })
  t.equal((await find('open:5'))?.etag, '"v2"', 'the newer body stays')
  const next = await arrive('/open/5')
  t.match(await fetches.alone(next), { unstored: undefined })
})

t.test('what is unstorable by its nature makes its key uncacheable; what may pass does not', async (t) => {
  const { fetches, arrive, origin, uncacheable } = setUp()
  origin.respond = () => originAnswer({ status: 500 })
  await fetches.alone(await arrive('/open/5'))
  t.notOk(uncacheable.isNoted('open:5'))
  origin.respond = () => originAnswer({ headers: ['Cache-Control', 'no-store'] })
  await fetches.alone(await arrive('/open/5'))
  t.equal(await uncacheable.reasonFor(await arrive('/open/5')), 'no-store')
})

t.test('what somebody’s own answer makes untrue is told before the answer is given', async (t) => {
  const { fetches, arrive, origin, effects } = setUp()
  origin.respond = () => originAnswer({ status: 403 })
  const lookup = await arrive('/guarded/1', SIGNED_IN, { mayShare: false })
  await fetches.alone(lookup)
  t.same(effects, [[403, lookup.fields.identity]])
})

t.test('an invalidation that waits for the store holds its own lookup, and not the fetch', async (t) => {
  const { fetches, arrive, origin } = setUp({ invalidateSessionChanges: () => new Promise(() => undefined) })
  origin.respond = () => originAnswer({ status: 403 })
  const fetched = await fetches.lead(await arrive('/open/5', SIGNED_IN)).result
  t.ok(fetched.kind === 'own' && fetched.effects instanceof Promise)
  t.equal(fetches.find('open:5'), undefined, 'the next lookup leads')
})

t.test('a fetch answers who was there before it, and later ones if nothing was invalidated', async (t) => {
  const { fetches, arrive, origin, store } = setUp()
  const gate = createGate()
  origin.respond = () => gate.opened.then(() => originAnswer())
  const [leader, early] = [await arrive('/open/5'), await arrive('/open/5')]
  const fetch = fetches.lead(leader)
  const late = await arrive('/open/5')
  await store.invalidate(invalidationOf({ tags: ['thing:6'] }))
  const unaffected = await arrive('/open/5')
  await store.invalidate(invalidationOf({ tags: ['thing:5'] }))
  const affected = await arrive('/open/5')
  gate.open()
  const fetched = await fetch.result
  t.match(fetched, { kind: 'entry', unstored: 'invalidated' }, 'its commit is refused')
  t.equal(await fetches.isAnswer(early, fetch, fetched), true)
  t.equal(await fetches.isAnswer(late, fetch, fetched), true)
  t.equal(await fetches.isAnswer(unaffected, fetch, fetched), true)
  t.equal(await fetches.isAnswer(affected, fetch, fetched), false)
  t.equal(
    await fetches.isAnswer({ ...unaffected, position: undefined }, fetch, fetched),
    false,
    'it cannot be known'
  )
  t.equal(await fetches.isAnswer({ ...early, position: undefined }, fetch, fetched), true)
})

t.test('an answer of somebody’s own answers nobody else', async (t) => {
  const { fetches, arrive } = setUp()
  const lookup = await arrive('/open/5')
  const answer = originAnswer()
  const own = { kind: 'own', answer, unstored: 'status', isLasting: false } as const
  t.equal(await fetches.isAnswer(lookup, fetches.lead(lookup), own), false)
  discard(own)
  t.ok(answer.body.destroyed)
})

t.test('an entry is refreshed once at a time, and not while its key is marked', async (t) => {
  const { fetches, arrive, origin, uncacheable } = setUp()
  const lookup = await arrive('/open/5')
  fetches.refresh(lookup)
  fetches.refresh(lookup)
  t.equal(origin.requests.length, 1)
  await fetches.find('open:5')?.result
  uncacheable.note(lookup, 'no-store')
  fetches.refresh(lookup)
  t.equal(origin.requests.length, 1)
})

t.test('whoever watches is told why an answer is not stored', async (t) => {
  const { fetches, arrive, origin, store, told } = setUp()
  await fetches.alone(await arrive('/open/5'))
  origin.respond = () => originAnswer({ headers: ['Cache-Control', 'no-store'] })
  await fetches.alone(await arrive('/open/6'))
  const outdated = await arrive('/open/7')
  origin.respond = () => originAnswer()
  await store.invalidate(invalidationOf({ tags: ['thing:7'] }))
  await fetches.alone(outdated)
  t.same(told.unstored, [
    { resource: 'open', key: 'open:6', reason: 'no-store' },
    { resource: 'open', key: 'open:7', reason: 'invalidated' }
  ])
})

t.test('what will not be stored is not compressed', async (t) => {
  let compressed = 0
  const { fetches, arrive } = setUp({
    compress: (_, fetched) => {
      compressed++
      return fetched
    }
  })
  await fetches.alone(await arrive('/open/5', { 'cache-control': 'no-store' }))
  await fetches.alone(await arrive('/open/5', {}, { position: undefined }))
  t.equal(compressed, 0)
  await fetches.alone(await arrive('/open/5'))
  t.equal(compressed, 1)
})
