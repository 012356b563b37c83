import t from 'tap'
import { UNKNOWN_USER_TAG } from '../../../src/cache/tags.js'
import { createInvalidate } from '../../../src/cache/invalidate/invalidate.js'
import type { Invalidation } from '../../../src/cache/invalidation.js'
import type { InvalidateResult, Store } from '../../../src/cache/store.js'
import { createRecorder } from '../../stores/observer.js'
import { createStage } from '../fixtures.js'

const setUp = (result: InvalidateResult = { outcome: 'done', position: '1-0', removed: 3 }) => {
  const named: Invalidation[] = []
  const store: Store = {
    ...createStage().store,
    invalidate: async (invalidation) => {
      named.push(invalidation)
      return result
    }
  }
  const observer = createRecorder()
  return { invalidate: createInvalidate(store, observer), named, told: observer.told }
}

t.test('what could reach a name of a user reaches the callers whose number is not known', async (t) => {
  const reaching: Partial<Invalidation>[] = [
    { keys: ['user:5:projects'] },
    { tags: ['project:1', 'user:5'] },
    { patterns: ['user:5:*'] },
    { patterns: ['user:*'] },
    { patterns: ['u*'] },
    { patterns: ['*:projects'] },
    { patterns: ['?ser:5'] },
    { patterns: ['[u]ser:5:*'] }
  ]
  for (const each of reaching) {
    const { invalidate, named } = setUp()
    await invalidate(each, 'control')
    t.ok(named[0]?.tags.includes(UNKNOWN_USER_TAG), JSON.stringify(each))
  }
})

t.test('what cannot reach one reaches them not', async (t) => {
  for (const each of [
    { keys: ['users:5'] },
    { tags: ['project:1'] },
    { patterns: ['project:*'] },
    { all: true }
  ]) {
    const { invalidate, named } = setUp()
    await invalidate(each, 'control')
    t.same(named[0]?.tags, each.tags ?? [], JSON.stringify(each))
  }
})

t.test('the tag is added once', async (t) => {
  const { invalidate, named } = setUp()
  await invalidate({ tags: [UNKNOWN_USER_TAG, 'user:5'] }, 'proxy')
  t.same(named[0]?.tags, [UNKNOWN_USER_TAG, 'user:5'])
})

t.test('whoever watches is told what was named and what came of it', async (t) => {
  const done = setUp()
  t.match(await done.invalidate({ keys: ['a'], patterns: ['b*'] }, 'control'), {
    outcome: 'done',
    position: '1-0'
  })
  t.match(done.told.invalidated, [
    { source: 'control', kinds: ['key', 'pattern'], outcome: 'done', removed: 3 }
  ])
  const pending = setUp({ outcome: 'pending' })
  await pending.invalidate({ tags: ['a'] }, 'proxy')
  t.match(pending.told.invalidated, [{ source: 'proxy', kinds: ['tag'], outcome: 'pending', removed: 0 }])
})
