import t from 'tap'
import { StoreUnavailableError } from '../../../src/cache/errors.js'
import { invalidationOf } from '../../../src/cache/invalidate/invalidation.js'
import { createKeeper, identityTag, type Kept, userOfProof } from '../../../src/cache/identity/proof.js'
import { proofKey, type Store } from '../../../src/cache/store.js'
import { createRecorder } from '../../stores/observer.js'
import { createStage, entry, TABLE } from '../fixtures.js'

const setUp = (around: (store: Store) => Store = (store) => store) => {
  const { store, clock } = createStage({ around })
  const observer = createRecorder()
  const keep = createKeeper(store, TABLE, observer, clock.now)
  const draft = { storeKey: 'open:5', entry: entry({ freshUntil: clock.now() + 60_000, tags: ['thing:5'] }) }
  const run = async (named: Partial<Kept> = {}): Promise<boolean> => {
    const { position } = await store.read([])
    return keep({ position, draft, proven: undefined, ...named })
  }
  const invalidate = (tag: string) => store.invalidate(invalidationOf({ tags: [tag] }))
  const find = async (storeKey: string) => (await store.read([storeKey])).entries[0]
  return { store, clock, draft, keep, run, invalidate, find, told: observer.told }
}

t.test('an entry and a proof are stored together', async (t) => {
  const { run, find, clock } = setUp()
  t.equal(await run({ proven: { identity: 'me', user: '7' } }), true)
  t.match(await find('open:5'), { tags: ['thing:5'] })
  const proof = await find(proofKey('me'))
  t.equal(userOfProof(proof), '7')
  t.match(proof, { freshUntil: clock.now() + 60_000, tags: [identityTag('me'), 'user:7', 'family:users'] })
})

t.test('a proof is gone after a minute', async (t) => {
  const { run, find, clock } = setUp()
  t.equal(
    await run({ draft: undefined, proven: { identity: 'me', user: undefined } }),
    false,
    'it is no entry'
  )
  clock.advance(59_999)
  t.ok(await find(proofKey('me')))
  t.equal(userOfProof(await find(proofKey('me'))), undefined)
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
      await run({ proven: { identity: 'me', user } })
      await invalidate('user:8')
      t.ok(await find(proofKey('me')))
      await invalidate(tag)
      t.equal(await find(proofKey('me')), undefined, tag)
    }
  }
)

t.test('an invalidation in between refuses what it names, and no other', async (t) => {
  const { keep, store, draft, invalidate, find, told } = setUp()
  const { position } = await store.read([])
  await invalidate('thing:5')
  t.equal(await keep({ position, draft, proven: { identity: 'me', user: undefined } }), false)
  t.equal(await find('open:5'), undefined)
  t.ok(await find(proofKey('me')))
  t.same(told.fillDropped, [{ key: 'open:5', reason: 'refused' }])
  await invalidate('~me')
  t.equal(await keep({ position, draft: undefined, proven: { identity: 'me', user: undefined } }), false)
  t.equal(await find(proofKey('me')), undefined, 'a log-out refuses the proof that was under way')
})

t.test('nothing is stored without a position, and nothing asked of the store without a need', async (t) => {
  let commits = 0
  const { run } = setUp((store) => ({ ...store, commit: (commit) => (commits++, store.commit(commit)) }))
  t.equal(await run({ position: undefined, proven: { identity: 'me', user: undefined } }), false)
  t.equal(await run({ draft: undefined }), false)
  t.equal(commits, 0)
})

t.test('a store that fails drops the fill and nothing else', async (t) => {
  const { run, told } = setUp((store) => ({
    ...store,
    commit: () => Promise.reject(new StoreUnavailableError('down'))
  }))
  t.equal(await run(), false)
  t.same(told.fillDropped, [{ key: 'open:5', reason: 'store-error' }])
})

t.test('a condition that does not hold is no dropped fill', async (t) => {
  const { run, draft, told } = setUp()
  t.equal(await run({ draft: { ...draft, condition: { etag: '"gone"' } } }), false)
  t.same(told.fillDropped, [])
})
