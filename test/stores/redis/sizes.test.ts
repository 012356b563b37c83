import t from 'tap'
import { needsOwnRedis } from '../../support/redis-server.js'
import { entryOf, put } from '../fixtures.js'
import { connectStore, redisFor } from '../redis-fixtures.js'

void t.test('sizes are told without reading', { skip: needsOwnRedis }, async (t) => {
  const server = await redisFor(t)
  const { store } = await connectStore(t, { url: server.url })
  await put(store, { storeKey: 'a', entry: entryOf(Buffer.alloc(100_000)) })
  await server.cli('sadd', 'spms:set', 'x')
  const [a = 0, ...others] = await store.sizes(['a', 'none', 'set'])
  t.ok(a >= 100_000 && a < 101_000, `${a}`)
  t.strictSame(others, [0, 0])
})
