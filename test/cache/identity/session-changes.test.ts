import { identityTag } from '../../../src/cache/tags.js'
import t from 'tap'
import { createSessionChanges, isDenial } from '../../../src/cache/identity/session-changes.js'
import type { Invalidation } from '../../../src/cache/invalidation.js'
import { createRecorder } from '../../stores/observer.js'
import { createStage, entry, TABLE } from '../fixtures.js'

const setUp = (proven: readonly string[] = []) => {
  const named: Partial<Invalidation>[] = []
  const observer = createRecorder()
  const apply = createSessionChanges({
    table: TABLE,
    observer,
    invalidate: async (each) => {
      named.push(each)
      return { outcome: 'done', id: '1-0', removed: 0 }
    },
    store: {
      ...createStage().store,
      read: async (storeKeys) => ({
        position: 'epoch:1-0',
        entries: storeKeys.map((key) => (proven.includes(key.slice('@proof:'.length)) ? entry() : undefined))
      })
    }
  })
  return { apply, named, told: observer.told }
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
    const { apply, named } = setUp(['known'])
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
