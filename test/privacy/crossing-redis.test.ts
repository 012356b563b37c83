import { randomUUID } from 'node:crypto'
import t from 'tap'
import { connectStore } from '../stores/redis-fixtures.js'
import { startRedis } from '../support/redis-server.js'
import { isNeverCrossed } from './crossing.js'

t.test('no answer of one caller reaches another: Redis', async (t) => {
  const server = await startRedis()
  t.teardown(() => server.stop())
  await isNeverCrossed(t, async () => {
    const { store } = await connectStore(t, { url: server.url, prefix: `spms:${randomUUID()}:` })
    return store
  })
})
