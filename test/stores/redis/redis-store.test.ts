import { randomUUID } from 'node:crypto'
import t from 'tap'
import { startRedis } from '../../support/redis-server.js'
import { storeContract } from '../contract.js'
import { connectInspected } from '../redis-fixtures.js'

const server = await startRedis()
t.teardown(() => server.stop())

for (const prefix of ['spms:', '{sp[m]s*?\\}:']) {
  void t.test(`the contract of every store, under the prefix ${prefix}`, (t) =>
    storeContract(t, (t) => connectInspected(t, { url: server.url, prefix: `${prefix}${randomUUID()}:` }))
  )
}
