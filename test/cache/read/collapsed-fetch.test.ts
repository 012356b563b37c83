import t from 'tap'
import { invalidationOf } from '../../../src/cache/invalidate/invalidation.js'
import { createKeeper, familyTag, identityTag } from '../../../src/cache/identity/proof.js'
import {
  createCollapsedFetches,
  type CollapsedFetchOptions,
  discard
} from '../../../src/cache/read/collapsed-fetch.js'
import { NEVER } from '../../../src/concurrency/cancellation.js'
import { createUncacheableKeys } from '../../../src/cache/read/uncacheable-keys.js'
import { cacheabilityOf } from '../../../src/cache/read/cacheability.js'
import type { Lookup } from '../../../src/cache/read/lookup.js'
import { createFieldReader } from '../../../src/cache/read/request-fields.js'
import { proofKey } from '../../../src/cache/store.js'
import { createRecorder } from '../../stores/observer.js'
import {
  createGate,
  createStage,
  entry,
  type Fields,
  flat,
  originAnswer,
  SIGNED_IN,
  TABLE
} from '../fixtures.js'

const setUp = (options: Partial<CollapsedFetchOptions> = {}) => {
  const { store, clock, origin } = createStage()
  const uncacheable = createUncacheableKeys(clock.now)
  const keep = createKeeper(store, TABLE, createRecorder(), clock.now)
  const effects: [status: number, identity: string | undefined][] = []
  const users = new Map<string, string>()
  const fetches = createCollapsedFetches({
    store,
    origin,
    keep,
    uncacheable,
    invalidateSessionChanges: ({ status }, identity) => {
      effects.push([status, identity])
      return undefined
    },
    userOf: async (identity) => users.get(identity),
    now: clock.now,
    maxTtlMs: 3_600_000,
    maxEntryBytes: 1000,
    ...options
  })
  const arrive = async (
    target: string,
    fields: Fields = {},
    named: Partial<Lookup> = {}
  ): Promise<Lookup> => {
    const headers = flat(fields)
    const readerFields = createFieldReader(TABLE.identity)(headers)
    const plan = cacheabilityOf({ table: TABLE }, { target, headers }, readerFields)
    if (plan.kind !== 'lookup') throw new Error(plan.reason)
    const arrival = fetches.arrive()
    const { position, entries } = await store.read([plan.key])
    const request = { method: 'GET' as const, target, headers, body: undefined, caller: NEVER }
    return {
      request,
      fields: readerFields,
      plan,
      arrival,
      position,
      entry: entries[0],
      proof: undefined,
      isProven: true,
      ...named
    }
  }
  const find = async (storeKey: string) => (await store.read([storeKey])).entries[0]
  return { store, clock, origin, uncacheable, fetches, arrive, effects, find, users }
}

t.test('an entry carries its row’s tags, its families, its caller and its key without digest', async (t) => {
  const { fetches, arrive, find, origin, users } = setUp()
  const open = await arrive('/open/5')
  t.match(await fetches.ask(open, NEVER), { kind: 'entry', isStored: true })
  t.same((await find('open:5'))?.tags, [familyTag('things'), 'thing:5'])

  const cors = await arrive('/open/5', { origin: 'https://a' })
  t.match(await fetches.ask(cors, NEVER), { kind: 'own' }, 'not for a site that the origin does not name')
  origin.respond = () => originAnswer({ headers: ['Access-Control-Allow-Origin', 'https://a'] })
  await fetches.ask(cors, NEVER)
  t.same((await find(cors.plan.key))?.tags, ['open:5', familyTag('things'), 'thing:5'])

  const mine = await arrive('/mine', SIGNED_IN)
  users.set(mine.fields.identity ?? '', '7')
  await fetches.ask(mine, NEVER)
  t.same((await find(mine.plan.key))?.tags, [
    identityTag(mine.fields.identity ?? ''),
    familyTag('things'),
    'user:7:mine'
  ])
})

t.test('a 2xx on a protected read is a proof, and tells the user number where the row does', async (t) => {
  const { fetches, arrive, find, origin, clock } = setUp()
  const proofOf = async (reader: Lookup) =>
    (await find(proofKey(reader.fields.identity ?? '')))?.body.toString()
  const open = await arrive('/open/5', SIGNED_IN)
  await fetches.ask(open, NEVER)
  t.equal(await proofOf(open), undefined, 'a public read proves nothing')
  const proof = entry({ body: Buffer.from('3'), freshUntil: clock.now() })
  const guarded = await arrive('/guarded/1', SIGNED_IN, { proof, isProven: false })
  await fetches.ask(guarded, NEVER)
  t.equal(await proofOf(guarded), '3', 'a number that is known stays')
  origin.respond = () => originAnswer({ json: { id: 7 } })
  await fetches.ask(await arrive('/me', SIGNED_IN), NEVER)
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
    const reader = await arrive('/guarded/1', { cookie: `sessionid=${status}` }, { isProven: false })
    origin.respond = () => originAnswer({ status })
    await fetches.ask(reader, NEVER)
    t.equal((await find(proofKey(reader.fields.identity ?? ''))) !== undefined, isProof, `${status}`)
  }
  const maintenance = { headers: ['Content-Type', 'text/html'], body: '<h1>Back soon</h1>' }
  const reader = await arrive('/guarded/1', { cookie: 'sessionid=page' }, { isProven: false })
  origin.respond = () => originAnswer(maintenance)
  await fetches.ask(reader, NEVER)
  t.equal(await find(proofKey(reader.fields.identity ?? '')), undefined, 'a maintenance page is a 200, too')
})

t.test('an unproven caller is not served by a 304, and a 304 proves nobody', async (t) => {
  const { fetches, arrive, origin, clock, find } = setUp()
  const stale = entry({ etag: '"v1"', freshUntil: clock.now() + 1, staleIfErrorUntil: clock.now() + 60_000 })
  const unproven = await arrive('/guarded/1', SIGNED_IN, { entry: stale, isProven: false })
  await fetches.ask(unproven, NEVER)
  t.notOk(origin.requests[0]?.headers.includes('If-None-Match'))

  origin.respond = () => originAnswer({ status: 304, body: '' })
  const mine = await arrive('/mine', { cookie: 'sessionid=two' }, { entry: stale })
  t.match(await fetches.ask(mine, NEVER), { kind: 'entry', entry: { body: stale.body } })
  t.ok(origin.requests[1]?.headers.includes('If-None-Match'))
  t.equal(await find(proofKey(mine.fields.identity ?? '')), undefined)
})

t.test('a confirmed body is stored over its own entry only', async (t) => {
  const { fetches, arrive, origin, clock, store, find } = setUp()
  const lasting = { freshUntil: clock.now() + 1000, staleIfErrorUntil: clock.now() + 60_000 }
  const put = (etag: string) =>
    store.commit({
      drafts: [
        { storeKey: 'open:5', entry: entry({ ...lasting, etag, body: Buffer.from(`{"by":${etag}}`) }) }
      ],
      position: undefined
    })
  await put('"v1"')
  const reader = await arrive('/open/5')
  await put('"v2"')
  origin.respond = () => originAnswer({ status: 304, body: '' })
  t.match(await fetches.ask(reader, NEVER), { isStored: false })
  t.equal((await find('open:5'))?.etag, '"v2"', 'the newer body stays')
  const next = await arrive('/open/5')
  t.match(await fetches.ask(next, NEVER), { isStored: true })
})

t.test('what is unstorable by its nature marks the key as uncacheable; what may pass does not', async (t) => {
  const { fetches, arrive, origin, uncacheable } = setUp()
  origin.respond = () => originAnswer({ status: 500 })
  await fetches.ask(await arrive('/open/5'), NEVER)
  t.equal(uncacheable.has('open:5'), false)
  origin.respond = () => originAnswer({ headers: ['Cache-Control', 'no-store'] })
  await fetches.ask(await arrive('/open/5'), NEVER)
  t.equal(uncacheable.has('open:5'), true)
})

t.test('what somebody’s own answer makes untrue is told before the answer is given', async (t) => {
  const { fetches, arrive, origin, effects } = setUp()
  origin.respond = () => originAnswer({ status: 403 })
  const reader = await arrive('/guarded/1', SIGNED_IN, { isProven: false })
  await fetches.ask(reader, NEVER)
  t.same(effects, [[403, reader.fields.identity]])
})

t.test('an invalidation that waits for the store holds its own reader, and not the flight', async (t) => {
  const { fetches, arrive, origin } = setUp({ invalidateSessionChanges: () => new Promise(() => undefined) })
  origin.respond = () => originAnswer({ status: 403 })
  const landing = await fetches.start(await arrive('/open/5', SIGNED_IN)).result
  t.ok(landing.kind === 'own' && landing.effects instanceof Promise)
  t.equal(fetches.find('open:5'), undefined, 'the next reader leads')
})

t.test('a flight answers who was there before it, and later ones if nothing was invalidated', async (t) => {
  const { fetches, arrive, origin, store } = setUp()
  const gate = createGate()
  origin.respond = () => gate.opened.then(() => originAnswer())
  const [leader, early] = [await arrive('/open/5'), await arrive('/open/5')]
  const flight = fetches.start(leader)
  const late = await arrive('/open/5')
  await store.invalidate(invalidationOf({ tags: ['thing:6'] }))
  const unaffected = await arrive('/open/5')
  await store.invalidate(invalidationOf({ tags: ['thing:5'] }))
  const affected = await arrive('/open/5')
  gate.open()
  const landing = await flight.result
  t.match(landing, { kind: 'entry', isStored: false }, 'its commit is refused')
  t.equal(await fetches.isAnswer(early, flight, landing), true)
  t.equal(await fetches.isAnswer(late, flight, landing), true)
  t.equal(await fetches.isAnswer(unaffected, flight, landing), true)
  t.equal(await fetches.isAnswer(affected, flight, landing), false)
  t.equal(
    await fetches.isAnswer({ ...unaffected, position: undefined }, flight, landing),
    false,
    'it cannot be known'
  )
  t.equal(await fetches.isAnswer({ ...early, position: undefined }, flight, landing), true)
})

t.test('an answer of somebody’s own answers nobody else', async (t) => {
  const { fetches, arrive } = setUp()
  const reader = await arrive('/open/5')
  const answer = originAnswer()
  t.equal(await fetches.isAnswer(reader, fetches.start(reader), { kind: 'own', answer }), false)
  discard({ kind: 'own', answer })
  t.ok(answer.body.destroyed)
})

t.test('an entry is refreshed once at a time, and not while its key is marked', async (t) => {
  const { fetches, arrive, origin, uncacheable } = setUp()
  const reader = await arrive('/open/5')
  fetches.refresh(reader)
  fetches.refresh(reader)
  t.equal(origin.requests.length, 1)
  await fetches.find('open:5')?.result
  uncacheable.add('open:5')
  fetches.refresh(reader)
  t.equal(origin.requests.length, 1)
})
