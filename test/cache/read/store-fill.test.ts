import { identityTag, proofKey } from '../../../src/cache/tags.js'
import t from 'tap'
import type { Entry } from '../../../src/cache/entry.js'
import { StoreUnavailableError } from '../../../src/cache/errors.js'
import { invalidationOf } from '../../../src/cache/invalidation.js'
import { Proof } from '../../../src/cache/identity/proof.js'
import { type Fill, storeFill } from '../../../src/cache/read/store-fill.js'
import { type Store } from '../../../src/cache/store.js'
import { createStage, entry } from '../fixtures.js'

const userOf = (proof: Entry | undefined) => proof && new Proof(proof).user

const proofOf = (user: string | undefined) => ({
  identity: 'me',
  user,
  tagGroups: ['users'],
  lastsMs: 60_000
})

const setUp = (around: (store: Store) => Store = (store) => store) => {
  const { store, clock } = createStage({ around })
  const fill = (each: Fill) => storeFill({ store, now: clock.now }, each)
  const write = { storeKey: 'open:5', entry: entry({ freshUntil: clock.now() + 60_000, tags: ['thing:5'] }) }
  const run = async (named: Partial<Fill> = {}): ReturnType<typeof storeFill> => {
    const { position } = await store.read([])
    return fill({ position, write, proof: undefined, ...named })
  }
  const invalidate = (tag: string) => store.invalidate(invalidationOf({ tags: [tag] }))
  const find = async (storeKey: string) => (await store.read([storeKey])).entries[0]
  return { store, clock, write, fill, run, invalidate, find }
}

t.test('an entry and a proof are stored together', async (t) => {
  const { run, find, clock } = setUp()
  t.equal(await run({ proof: proofOf('7') }), undefined)
  t.match(await find('open:5'), { tags: ['thing:5'] })
  const proof = await find(proofKey('me'))
  t.equal(userOf(proof), '7')
  t.match(proof, { freshUntil: clock.now() + 60_000, tags: [identityTag('me'), 'user:7', 'family:users'] })
})

t.test('a proof is gone after a minute', async (t) => {
  const { run, find, clock } = setUp()
  t.equal(await run({ write: undefined, proof: proofOf(undefined) }), undefined, 'it is no entry')
  clock.advance(59_999)
  t.ok(await find(proofKey('me')))
  t.equal(userOf(await find(proofKey('me'))), undefined)
  clock.advance(1)
  t.equal(await find(proofKey('me')), undefined)
})

t.test(
  'a proof is reached by its caller, by its user known or not, and by the families of callers',
  async (t) => {
    const cases: [string | undefined, string][] = [
      ['7', '~me'],
      ['7', 'user:7'],
      ['7', 'family:users'],
      [undefined, 'user:~']
    ]
    for (const [user, tag] of cases) {
      const { run, find, invalidate } = setUp()
      await run({ proof: proofOf(user) })
      await invalidate('user:8')
      t.ok(await find(proofKey('me')))
      await invalidate(tag)
      t.equal(await find(proofKey('me')), undefined, tag)
    }
  }
)

t.test('an invalidation in between refuses what it names, and no other', async (t) => {
  const { fill, store, write, invalidate, find } = setUp()
  const { position } = await store.read([])
  await invalidate('thing:5')
  t.equal(await fill({ position, write, proof: proofOf(undefined) }), 'invalidated')
  t.equal(await find('open:5'), undefined)
  t.ok(await find(proofKey('me')))
  await invalidate('~me')
  await fill({ position, write: undefined, proof: proofOf(undefined) })
  t.equal(await find(proofKey('me')), undefined, 'a log-out refuses the proof that was under way')
})

t.test('nothing is stored without a position, and nothing asked of the store without a need', async (t) => {
  let commits = 0
  const { run } = setUp((store) => ({ ...store, commit: (commit) => (commits++, store.commit(commit)) }))
  t.equal(await run({ position: undefined, proof: proofOf(undefined) }), 'store-unavailable')
  t.equal(await run({ write: undefined }), undefined)
  t.equal(commits, 0)
})

t.test('a store that fails drops the fill and nothing else', async (t) => {
  const { run } = setUp((store) => ({
    ...store,
    commit: () => Promise.reject(new StoreUnavailableError('down'))
  }))
  t.equal(await run(), 'store-error')
})

t.test('a condition that does not hold is no dropped fill', async (t) => {
  const { run, write } = setUp()
  t.equal(await run({ write: { ...write, condition: { etag: '"gone"' } } }), 'outdated')
})
