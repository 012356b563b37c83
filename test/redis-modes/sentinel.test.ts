import { randomUUID } from 'node:crypto'
import t from 'tap'
import { needsOwnRedis } from '../support/redis-server.js'
import { storeContract } from '../stores/contract.js'
import { entryOf, invalidate, put, readable } from '../stores/fixtures.js'
import { connectInspected, connectStore, openStore } from '../stores/redis-fixtures.js'
import { eventually } from '../support/eventually.js'
import { freePort } from '../support/free-port.js'
import { failOver } from './failover.js'
import { swapRoles } from './swaps.js'
import { startSentinels } from './sentinels.js'
import { startNode, startReplica } from './servers.js'

const skip = needsOwnRedis

void t.test('a master and a replica under three sentinels', { skip }, async (t) => {
  const master = await startNode(t)
  const replica = await startReplica(t, master)
  const sentinels = await startSentinels(t, master, { count: 3 })
  const url = `redis+sentinel://${sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',')}/1?master=mymaster`

  await t.test('keep the contract of every store', (t) =>
    storeContract(t, (t) => connectInspected(t, { url, prefix: `spms:${randomUUID()}:` }))
  )

  await t.test('are used through their master, in the database of the address', async (t) => {
    const { store } = await connectStore(t, { url, prefix: 'here:' })
    await put(store, { storeKey: 'a:1', entry: entryOf('') })
    t.strictSame(await readable(store, 'a:1'), ['a:1'])
    t.match(await invalidate(store, { patterns: ['a:*'] }), { outcome: 'done', removed: 1 })
    t.match(await master.info('keyspace'), /db1:/)
    t.notMatch(await master.info('keyspace'), /db0:/)
  })

  await t.test('one that is gone does no harm, and without any the reason is told', async (t) => {
    const dead = await freePort()
    await connectStore(t, { url: url.replace('//', `//127.0.0.1:${dead},`), prefix: 'here:' })
    const lost = await openStore(t, { url: `redis+sentinel://127.0.0.1:${dead}/1?master=mymaster` })
    await eventually(() => lost.told.storeChanged.length > 0)
    t.match(lost.told.storeChanged, [{ state: 'down', reason: /sentinels are unreachable/ }])
  })

  await t.test('swap their roles under load, both alive', async (t) => {
    // Sentinel promotes the replica before it tells the old master: for a second there are two, and who is connected to
    // the old one cannot know. Where a master must have a replica, the old one refuses from the promotion on.
    const demand = (count: number) =>
      Promise.all([master, replica].map((node) => node.call('config', 'set', 'min-replicas-to-write', count)))
    await demand(1)
    await swapRoles(t, {
      ...{ prefix: 'spms:', environment: { REDIS_URL: url } },
      swap: async () => sentinels[0]?.call('sentinel', 'failover', 'mymaster')
    })
    await demand(0)
  })
  // Whichever of them it is now.
  const masterNow = (await replica.info('replication')).includes('role:master') ? replica : master

  await t.test('lose the master under load', (t) =>
    failOver(t, { prefix: 'spms:', environment: { REDIS_URL: url }, strike: masterNow.kill })
  )
  const other = masterNow === master ? replica : master
  t.match(await other.info('replication'), /role:master/)
})
