import t from 'tap'
import { invalidationOf } from '../../../src/cache/invalidation.js'
import type { Lookup } from '../../../src/cache/read/lookup.js'
import { UncacheableKeys } from '../../../src/cache/read/uncacheable-keys.js'
import { groupTag, identityTag } from '../../../src/cache/tags.js'
import { createStage, type Fields, lookupOf, SIGNED_IN } from '../fixtures.js'

const setUp = () => {
  const { store, clock } = createStage()
  const uncacheable = new UncacheableKeys({ store, elapsed: clock.now })
  const arrive = async (target: string, sent: Fields = {}): Promise<Lookup> => {
    const lookup = lookupOf(target, sent)
    const { position } = await store.read([lookup.cacheable.key])
    return { ...lookup, position }
  }
  return { store, clock, uncacheable, arrive }
}

t.test('a key is noted for a minute', async (t) => {
  const { clock, uncacheable, arrive } = setUp()
  const lookup = await arrive('/open/5')
  t.equal(await uncacheable.reasonFor(lookup), undefined)
  uncacheable.note(lookup, 'no-store')
  clock.advance(59_999)
  t.equal(await uncacheable.reasonFor(lookup), 'no-store')
  t.equal(await uncacheable.reasonFor(await arrive('/open/6')), undefined)
  clock.advance(2)
  t.equal(await uncacheable.reasonFor(lookup), undefined)
})

t.test('a key that is noted again begins anew; one that is forgotten is not noted', async (t) => {
  const { clock, uncacheable, arrive } = setUp()
  const lookup = await arrive('/open/5')
  uncacheable.note(lookup, 'no-store')
  clock.advance(30_000)
  uncacheable.note(lookup, 'status')
  clock.advance(59_999)
  t.equal(await uncacheable.reasonFor(lookup), 'status')
  uncacheable.forget('open:5')
  t.equal(await uncacheable.reasonFor(lookup), undefined)
})

t.test('the oldest uncacheable keys make room', async (t) => {
  const { uncacheable, arrive } = setUp()
  const lookup = await arrive('/open/5')
  const named = (key: string): Lookup => ({ ...lookup, cacheable: { ...lookup.cacheable, key } })
  for (let n = 0; n < 10_001; n++) uncacheable.note(named(`${n}`), 'no-store')
  t.notOk(uncacheable.isNoted('0'))
  t.ok(uncacheable.isNoted('1'))
})

t.test('an invalidation that reaches the key ends the note, others do not', async (t) => {
  const { store, uncacheable, arrive } = setUp()
  const reaching = [
    { keys: ['open:5'] },
    { tags: ['thing:5'] },
    { tags: [groupTag('things')] },
    { patterns: ['open:*'] },
    { all: true }
  ]
  for (const named of reaching) {
    uncacheable.note(await arrive('/open/5'), 'status')
    await store.invalidate(invalidationOf({ tags: ['thing:6'] }))
    t.equal(await uncacheable.reasonFor(await arrive('/open/5')), 'status')
    t.equal(await uncacheable.reasonFor(await arrive('/open/5')), 'status', 'seen once, it is seen again')
    await store.invalidate(invalidationOf(named))
    const lookup = await arrive('/open/5')
    t.equal(await uncacheable.reasonFor(lookup), undefined, JSON.stringify(named))
    t.notOk(uncacheable.isNoted('open:5'))
  }
})

t.test('an invalidation of the caller ends the notes of his own keys', async (t) => {
  const { store, uncacheable, arrive } = setUp()
  const lookup = await arrive('/mine', SIGNED_IN)
  uncacheable.note(lookup, 'status')
  await store.invalidate(invalidationOf({ tags: [identityTag(lookup.fields.identity ?? '')] }))
  t.equal(await uncacheable.reasonFor(await arrive('/mine', SIGNED_IN)), undefined)
})

t.test('a lookup that began before the note, or without the store, takes the note as it is', async (t) => {
  const { store, uncacheable, arrive } = setUp()
  const early = await arrive('/open/5')
  await store.invalidate(invalidationOf({ tags: ['thing:5'] }))
  uncacheable.note(await arrive('/open/5'), 'status')
  t.equal(await uncacheable.reasonFor(early), 'status')
  t.equal(await uncacheable.reasonFor({ ...early, position: undefined }), 'status')
})

t.test('a note ends when the store cannot tell what was invalidated since', async (t) => {
  const { arrive, clock } = setUp()
  const broken = new UncacheableKeys({
    store: { recordsBetween: async () => Promise.reject(new Error('down')) },
    elapsed: clock.now
  })
  const lookup = await arrive('/open/5')
  broken.note(lookup, 'status')
  const epoch = lookup.position?.split(':')[0] ?? ''
  t.equal(await broken.reasonFor({ ...lookup, position: `${epoch}:999999999999999-0` }), undefined)
  t.notOk(broken.isNoted('open:5'))
})
