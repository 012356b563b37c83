import t from 'tap'
import { eventually } from '../../support/eventually.js'
import { needsOwnRedis } from '../../support/redis-server.js'
import { entryOf, invalidate, invalidateAtOnce, positionOf, put, putAt, readable } from '../fixtures.js'
import { connectStore, openStore, redisFor, untilUp } from '../redis-fixtures.js'

const BUDGET_MS = 100
/** What a machine busy with other tests may add. */
const SLACK_MS = 500

const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}

void t.test('a frozen server costs one budget, then nothing', { skip: needsOwnRedis }, async (t) => {
  const server = await redisFor(t)
  const { store, told } = await connectStore(t, { url: server.url, commandTimeoutMs: BUDGET_MS })
  await put(store, { storeKey: 'a', entry: entryOf('') })
  const position = await positionOf(store)
  server.freeze()
  const durations: number[] = []
  // Three, unless this process is so busy that it blames itself for some of them.
  while (told.storeChanged.length === 1 && durations.length < 30) {
    durations.push(await timed(() => t.rejects(store.read(['a']), { name: 'StoreUnavailableError' })))
  }
  t.ok(
    durations.every((ms) => ms >= BUDGET_MS - 5 && ms < 2 * BUDGET_MS + SLACK_MS),
    `each waits for one budget: ${durations.map(Math.round).join(', ')} ms`
  )
  t.equal((await store.stats()).state, 'down')
  const asked = told.storeAsked.filter(({ operation }) => operation === 'read').length
  const failing = await Promise.allSettled(Array.from({ length: 100 }, () => store.read(['a'])))
  t.ok(failing.every(({ status }) => status === 'rejected'))
  t.equal(told.storeAsked.filter(({ operation }) => operation === 'read').length, asked, 'without asking it')
  t.match(await invalidateAtOnce(store, { keys: ['b'] }), { outcome: 'pending' })
  const thawedAt = performance.now()
  server.thaw()
  await untilUp(store)
  t.comment(`up again ${Math.round(performance.now() - thawedAt)} ms after SIGCONT`)
  t.ok(performance.now() - thawedAt < 5000)
  t.strictSame(await readable(store, 'a'), ['a'], 'it is the same server')
  const writes = ['b', 'c'].map((storeKey) => ({ storeKey, entry: entryOf('') }))
  t.strictSame(await putAt(store, position, ...writes), ['refused', 'stored'])
  t.strictSame(
    told.storeChanged.map(({ state }) => state),
    ['up', 'down', 'up']
  )
  t.match(told.storeChanged[1], { reason: /did not answer within 100 ms/ })
})

void t.test(
  'an invalidation waits for a server that is frozen for 250 ms',
  { skip: needsOwnRedis },
  async (t) => {
    const server = await redisFor(t)
    for (const hasReads of [false, true]) {
      const { store, told } = await connectStore(t, { url: server.url, commandTimeoutMs: BUDGET_MS })
      await put(store, { storeKey: 'a', entry: entryOf('') })
      server.freeze()
      setTimeout(() => server.thaw(), 250)
      const waiting = invalidate(store, { keys: ['a'] })
      // Time-outs of reads drop the connection, and with it the command that was late.
      for (let reads = 0; hasReads && reads < 3; reads++) {
        await store.read(['a']).catch(() => undefined)
      }
      t.match(await waiting, { outcome: 'done', position: /:\d+-\d+$/ })
      t.strictSame(
        told.storeFailed.filter(
          ({ operation, error }) => operation === 'invalidate' && /within/.test(error.message)
        ),
        [],
        'it is no time-out'
      )
      await untilUp(store)
      t.strictSame(await readable(store, 'a'), [])
    }
  }
)

void t.test('readers at one time wait for one budget together', { skip: needsOwnRedis }, async (t) => {
  const server = await redisFor(t)
  const { store } = await connectStore(t, { url: server.url, commandTimeoutMs: BUDGET_MS })
  server.freeze()
  const duration = await timed(() => Promise.allSettled(Array.from({ length: 300 }, () => store.read(['a']))))
  t.ok(duration < 2 * BUDGET_MS + SLACK_MS, `${Math.round(duration)} ms`)
  server.thaw()
  await untilUp(store)
})

void t.test(
  'what a frozen server was sent is harmless when it wakes up',
  { skip: needsOwnRedis },
  async (t) => {
    const server = await redisFor(t)
    const { store, told } = await connectStore(t, { url: server.url, commandTimeoutMs: BUDGET_MS })
    const position = await positionOf(store)
    server.freeze()
    const fill = putAt(store, position, { storeKey: 'a', entry: entryOf('old') })
    const invalidation = invalidateAtOnce(store, { keys: ['a'] })
    await t.rejects(fill)
    t.match(await invalidation, { outcome: 'pending' })
    server.thaw()
    await untilUp(store)
    t.strictSame(await readable(store, 'a'), [])
    t.match(told.invalidated, [{ source: 'replay', outcome: 'done' }])
    t.equal((await store.stats()).pendingInvalidations, 0)
  }
)

void t.test('a server frozen at start is used once it wakes up', { skip: needsOwnRedis }, async (t) => {
  const server = await redisFor(t)
  server.freeze()
  const { store, told } = await openStore(t, { url: server.url, commandTimeoutMs: BUDGET_MS })
  await t.rejects(store.read(['a']), { name: 'StoreUnavailableError' })
  t.notOk(
    told.storeAsked.some(({ operation }) => operation === 'read'),
    'nobody waits for it'
  )
  await eventually(() => told.storeChanged.length > 0)
  t.match(told.storeChanged, [{ state: 'down' }])
  server.thaw()
  await untilUp(store)
  t.strictSame(await put(store, { storeKey: 'a', entry: entryOf('') }), ['stored'])
})
