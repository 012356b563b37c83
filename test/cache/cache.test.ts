import t from 'tap'
import { StoreUnavailableError } from '../../src/cache/errors.js'
import type { Invalidation } from '../../src/cache/invalidation.js'
import {
  createGate,
  createStage,
  type Fields,
  originAnswer,
  outcomeOf,
  read,
  settle,
  SIGNED_IN,
  write
} from './fixtures.js'

t.test('an acknowledged invalidation ends what was stored before it', async (t) => {
  const { cache } = createStage()
  await read(cache, '/open/5')
  await read(cache, '/open/6')
  t.match(await cache.invalidate({ tags: ['thing:5'] }, 'control'), { outcome: 'done', removed: 1 })
  t.equal(await outcomeOf(read(cache, '/open/5')), 'miss {"n":3}')
  t.equal(await outcomeOf(read(cache, '/open/6')), 'hit {"n":2}')
})

t.test('a write through the cache invalidates before it is answered', async (t) => {
  const { cache } = createStage()
  await read(cache, '/open/5')
  await write(cache, 'PUT', '/things/5')
  t.equal(await outcomeOf(read(cache, '/open/5')), 'miss {"n":3}')
})

t.test('no reader after an invalidation gets what was asked for before it', async (t) => {
  const { cache, origin } = createStage()
  const gate = createGate()
  origin.respond = () => {
    const n = origin.requests.length
    return n === 1
      ? gate.opened.then(() => originAnswer({ json: { is: 'old' } }))
      : originAnswer({ json: { is: 'new' } })
  }
  const before = outcomeOf(read(cache, '/open/5'))
  await settle()
  await cache.invalidate({ keys: ['open:5'] }, 'control')
  const after = outcomeOf(read(cache, '/open/5'))
  await settle()
  gate.open()
  t.equal(await before, 'miss {"is":"old"}', 'it was there before')
  t.equal(await after, 'miss {"is":"new"}')
  t.match(await outcomeOf(read(cache, '/open/5')), 'hit {"is":"new"}')
})

const TWO: Fields = { cookie: 'sessionid=two' }

t.test('whom the origin turns away keeps nothing here, whatever was asked', async (t) => {
  for (const deny of ['/guarded/2', '/other', '/mine?search=x']) {
    const { cache, origin } = createStage()
    await read(cache, '/guarded/1', SIGNED_IN)
    await read(cache, '/mine', SIGNED_IN)
    await read(cache, '/mine', TWO)
    origin.respond = () => originAnswer({ status: 403 })
    await read(cache, deny, SIGNED_IN)
    origin.respond = () => originAnswer({ json: 'again' })
    t.equal(await outcomeOf(read(cache, '/mine', SIGNED_IN)), 'miss "again"', deny)
    t.equal(await outcomeOf(read(cache, '/guarded/1', TWO)), 'hit {"n":1}', 'what is shared stays')
    t.equal(await outcomeOf(read(cache, '/mine', TWO)), 'hit {"n":3}', 'and what is others’')
  }
})

t.test('a denial refuses what another pod has under way for its caller', async (t) => {
  const { cache: podB, origin, store } = createStage()
  const podA = createStage({ around: () => store })
  const gate = createGate()
  origin.respond = () => gate.opened.then(() => originAnswer({ json: 'before' }))
  const slow = read(podB, '/mine', SIGNED_IN)
  await settle()
  podA.origin.respond = () => originAnswer({ status: 403 })
  t.match(await read(podA.cache, '/other', SIGNED_IN), { status: 403 })
  gate.open()
  t.match(await slow, { status: 200 }, 'it was asked before')
  t.match(await read(podA.cache, '/mine', SIGNED_IN), { status: 403 }, 'and is kept nowhere')
})

t.test('a denial refuses what is under way for its caller', async (t) => {
  const { cache, origin } = createStage()
  const gate = createGate()
  origin.respond = ({ target }) =>
    target === '/other' ? originAnswer({ status: 403 }) : gate.opened.then(() => originAnswer())
  const before = [read(cache, '/mine', SIGNED_IN), read(cache, '/guarded/1', SIGNED_IN)]
  await settle()
  await read(cache, '/other', SIGNED_IN)
  gate.open()
  for (const answer of await Promise.all(before)) t.equal(answer.status, 200, 'it was asked before')
  t.match(await read(cache, '/guarded/1', SIGNED_IN), { outcome: 'unproven' })
  t.match(await read(cache, '/mine', SIGNED_IN), { outcome: 'miss' })
})

t.test('a denial is not forgotten when the store is down', async (t) => {
  const named: Invalidation[] = []
  const { cache, origin } = createStage({
    around: (store) => ({
      ...store,
      read: () => Promise.reject(new StoreUnavailableError('down')),
      invalidate: async (invalidation) => {
        named.push(invalidation)
        return { outcome: 'pending' }
      }
    })
  })
  origin.respond = () => originAnswer({ status: 403 })
  await read(cache, '/other', SIGNED_IN)
  t.equal(named.length, 1)
  t.match(named[0]?.tags[0], /^~[\w-]{22}$/)
})

t.test(
  'readers who are turned away wait for their invalidations side by side, and are told of pending',
  async (t) => {
    const gate = createGate()
    const { cache, origin } = createStage({
      around: (store) => ({
        ...store,
        invalidate: async () => {
          await gate.opened
          return { outcome: 'pending' }
        }
      })
    })
    origin.respond = () => originAnswer({ status: 403 })
    let answered = 0
    const reads = ['/mine', '/mine', '/mine', '/guarded/1', '/other'].map((path) =>
      read(cache, path, SIGNED_IN).finally(() => answered++)
    )
    for (let turns = 0; turns < 10; turns++) await settle()
    t.strictSame([origin.requests.length, answered], [5, 0], 'each has asked, and none is answered yet')
    gate.open()
    for (const { status, cacheStatus } of await Promise.all(reads)) {
      t.equal(status, 403)
      t.match(cacheStatus, /^spms; fwd=[a-z-]+; detail=invalidation-pending$/)
    }
  }
)

t.test('log-out ends the caller’s entries and proof', async (t) => {
  const { cache } = createStage()
  await read(cache, '/guarded/1', SIGNED_IN)
  await read(cache, '/mine', SIGNED_IN)
  await write(cache, 'POST', '/users/log-out', { fields: SIGNED_IN })
  t.match(await outcomeOf(read(cache, '/mine', SIGNED_IN)), /^miss/)
  await write(cache, 'POST', '/users/log-out', { fields: SIGNED_IN })
  t.match(await outcomeOf(read(cache, '/guarded/1', SIGNED_IN)), /^unproven/)
})

t.test('a caller’s number, once known, narrows a new password to that user', async (t) => {
  const { cache, origin, told } = createStage()
  origin.respond = () => originAnswer({ json: { id: 7 } })
  await read(cache, '/me', SIGNED_IN)
  await write(cache, 'PUT', '/users/password', { fields: SIGNED_IN })
  t.match(told.invalidated, [{ kinds: ['tag'], removed: 2 }])
  t.match(await outcomeOf(read(cache, '/me', SIGNED_IN)), /^miss/)
})

t.test('the writes under way can be waited for, and their invalidations', async (t) => {
  const { cache, origin, told } = createStage()
  const gate = createGate()
  origin.respond = () => gate.opened.then(() => originAnswer())
  const writing = write(cache, 'PUT', '/things/5')
  let isSettled = false
  const settled = cache.settled().then(() => (isSettled = true))
  await settle()
  t.equal(isSettled, false)
  gate.open()
  await settled
  t.equal(told.invalidated.length, 1)
  await writing
  await cache.settled()
})
