import { randomUUID } from 'node:crypto'
import t from 'tap'
import { needsOwnRedis } from '../../support/redis-server.js'
import { storeContract } from '../contract.js'
import { connectInspected, redisFor } from '../redis-fixtures.js'

/** How a Redis Enterprise that shards is reached, by its clustering policy. */
const POLICIES = [
  ['enterprise-clustered', (url: string) => url],
  ['enterprise-oss', (url: string) => url.replace('redis:', 'redis+cluster:')]
] as const

for (const [behavesAs, addressOf] of POLICIES) {
  void t.test(`the contract of every store, on ${behavesAs}`, { skip: needsOwnRedis }, async (t) => {
    const server = await redisFor(t, { behavesAs })
    // In one slot for each test.
    const nextPrefix = (): string => `{spms:${randomUUID()}}:`
    await storeContract(t, (t) => connectInspected(t, { url: addressOf(server.url), prefix: nextPrefix() }))
  })
}
