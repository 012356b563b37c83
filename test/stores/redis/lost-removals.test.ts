import t, { type Test } from 'tap'
import { invalidationOf } from '../../../src/cache/invalidation.js'
import { randomEpoch } from '../../../src/cache/position.js'
import { compareWith } from '../../../src/stores/redis/epochs.js'
import { createRedisInvalidate } from '../../../src/stores/redis/invalidate.js'
import { KnownServer } from '../../../src/stores/redis/known-server.js'
import { RememberedPosition } from '../../../src/stores/redis/remembered-position.js'
import { redisKeysUnder } from '../../../src/stores/redis/scripts/redis-keys.js'
import { createScriptRunner } from '../../../src/stores/redis/scripts/script.js'
import { needsOwnRedis } from '../../support/redis-server.js'
import { createRecorder } from '../observer.js'
import { copyOf, setUp } from './failover.js'

const setUpAccess = async (t: Test) => {
  const { server } = await setUp(t)
  const client = server.client()
  const observer = createRecorder()
  const access = {
    ...{ client, observer, keys: redisKeysUnder('spms:'), runScript: createScriptRunner(client) },
    ...{ server: new KnownServer(client, observer), remembered: new RememberedPosition(), randomEpoch }
  }
  return { server, access, told: observer.told }
}

void t.test(
  'a server that loses removals between two steps of an invalidation of many names is noticed by it',
  { skip: needsOwnRedis },
  async (t) => {
    const names = Array.from({ length: 600 }, (_, at) => `a:${at}`)
    for (const named of [{ keys: names }, { tags: names }]) {
      const { server, access, told } = await setUpAccess(t)
      let failOver = (): Promise<void> => Promise.resolve()
      let asked = 0
      await createRedisInvalidate(access)(async (running, work) => {
        if (running !== 'invalidate') return work()
        asked++
        // What the second step removes is back before the third.
        if (asked === 2) failOver = await copyOf(server)
        if (asked === 3) await failOver()
        return work()
      }, invalidationOf(named))
      t.match(told.epochBegan, [{ reason: 'lost-records' }])
    }
  }
)

void t.test(
  'a server that has the record of an invalidation, and not all of its removals, does not know its position',
  { skip: needsOwnRedis },
  async (t) => {
    const names = Array.from({ length: 400 }, (_, at) => `a:${at}`)
    for (const [named, operation] of [
      [{ patterns: ['a:*'] }, 'scan'],
      [{ keys: names }, 'invalidate'],
      [{ tags: names }, 'invalidate']
    ] as const) {
      const { server, access } = await setUpAccess(t)
      const copies: (() => Promise<void>)[] = []
      let asked = 0
      await createRedisInvalidate(access)(async (running, work) => {
        // Before the scan, or the second slice of names.
        if (running === operation && ++asked === (operation === 'scan' ? 1 : 2))
          copies.push(await copyOf(server))
        return work()
      }, invalidationOf(named))
      t.match(await compareWith(access, access.remembered.position), { said: 'known' })
      t.equal(copies.length, 1)
      for (const failOver of copies) await failOver()
      const { said } = await compareWith(access, access.remembered.position)
      t.equal(said, 'lost', JSON.stringify(named).slice(0, 20))
    }
  }
)
