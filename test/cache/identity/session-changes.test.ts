import { groupTag, identityTag } from '../../../src/cache/tags.js'
import t from 'tap'
import { createSessionChanges, isDenial } from '../../../src/cache/identity/session-changes.js'
import { proofWrite } from '../../../src/cache/identity/proof.js'
import { type Invalidation, invalidationOf } from '../../../src/cache/invalidation.js'
import { createRecorder } from '../../stores/observer.js'
import { createStage, TABLE } from '../fixtures.js'

const setUp = (signIn = TABLE.signIn) => {
  const named: Partial<Invalidation>[] = []
  const observer = createRecorder()
  const { store, clock } = createStage()
  const apply = createSessionChanges({
    table: { ...TABLE, signIn },
    observer,
    invalidate: async (each) => {
      named.push(each)
      return store.invalidate(invalidationOf(each))
    },
    store,
    now: clock.now,
    maxTtlMs: 3_600_000
  })
  return {
    apply: (of: Parameters<typeof apply>[0], identity?: string, headers: readonly string[] = []) =>
      apply(of, { identity, headers }),
    named,
    store,
    clock,
    told: observer.told
  }
}

const answer = (status: number, headers: readonly string[] = []) => ({ status, headers })

t.test('who is turned away keeps nothing, and always leaves a record', async (t) => {
  const { apply, named } = setUp()
  t.equal(await apply(answer(401), 'me'), 'done')
  t.equal(await apply(answer(403), 'you'), 'done')
  t.same(named, [{ tags: [identityTag('me')] }, { tags: [identityTag('you')] }])
  for (const status of [200, 404, 429, 500]) t.equal(apply(answer(status), 'me'), undefined, `${status}`)
  t.equal(apply(answer(403), undefined), undefined, 'nobody is nobody')
  t.ok(isDenial({ status: 401 }))
})

t.test('many denials are few records, which name all', async (t) => {
  const { apply, named, told } = setUp()
  await Promise.all(Array.from({ length: 500 }, async (_, n) => apply(answer(403), `${n}`)))
  t.equal(named.length, 2)
  t.equal(new Set(named.flatMap(({ tags }) => tags)).size, 500)
  t.same(told.invalidationsFolded, [{ cause: 'denial', count: 499 }])
})

t.test(
  'an answer that sets the session cookie may have made a person, who was not there before',
  async (t) => {
    const { apply, named, store, clock } = setUp()
    const known = { identity: 'known', user: undefined, tagGroups: [], lastsMs: 60_000 }
    await store.commit({ writes: [proofWrite(known, clock.now())], position: undefined })
    const logIn = answer(200, ['set-cookie', 'csrf=1', 'Set-Cookie', 'sessionid=abc; Path=/; HttpOnly'])
    t.equal(await apply(logIn, 'known'), 'done')
    t.same(named, [])
    t.equal(await apply(logIn, 'new'), 'done')
    t.same(named, [{ tags: ['people'] }])
    const [logOut, other] = [
      answer(200, ['Set-Cookie', 'sessionid=""; Max-Age=0']),
      answer(200, ['Set-Cookie', 'csrf=1'])
    ]
    t.equal(apply(logOut, 'new'), undefined)
    t.equal(apply(other, 'new'), undefined)
  }
)

t.test('a person who signs in again was there before, until his record may be gone', async (t) => {
  const { apply, named, store, clock } = setUp()
  const logIn = answer(200, ['Set-Cookie', 'sessionid=abc'])
  await apply(logIn, 'one')
  await apply(logIn, 'one')
  t.equal(named.length, 1)
  await apply(logIn, 'two')
  t.equal(named.length, 2)
  await store.invalidate(invalidationOf({ tags: [groupTag('users')] }))
  await apply(logIn, 'one')
  t.equal(named.length, 3, 'a user may have been deleted')
  clock.advance(3_600_000)
  await apply(logIn, 'one')
  t.equal(named.length, 4, 'nothing is remembered for ever')
  await apply(logIn)
  await apply(logIn)
  t.equal(named.length, 6, 'nobody is known to be nobody')
})

t.test('a record that is deleted while a log-in is folded is not marked as there', async (t) => {
  const { apply, named, store } = setUp()
  const logIn = answer(200, ['Set-Cookie', 'sessionid=abc'])
  const first = apply(logIn, 'one')
  const folded = apply(logIn, 'two')
  await first
  await store.invalidate(invalidationOf({ tags: [groupTag('users')] }))
  await folded
  const before = named.length
  await apply(logIn, 'two')
  t.equal(named.length, before + 1)
})

t.test('where only some requests make persons, others invalidate nothing', async (t) => {
  const { apply, named } = setUp({ tags: ['people'], headers: ['remote-user'] })
  const logIn = answer(200, ['Set-Cookie', 'sessionid=abc'])
  t.equal(apply(logIn, 'one', ['Accept', '*/*']), undefined)
  t.equal(apply(logIn), undefined)
  await apply(logIn, 'one', ['Remote-User', 'one'])
  t.same(named, [{ tags: ['people'] }])
})
