import t from 'tap'
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
      const { server } = await setUp(t)
      const client = server.client()
      const observer = createRecorder()
      const access = {
        ...{ client, observer, keys: redisKeysUnder('spms:'), runScript: createScriptRunner(client) },
        ...{ server: new KnownServer(client, observer), remembered: new RememberedPosition(), randomEpoch }
      }
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
