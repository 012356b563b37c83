import { randomUUID } from 'node:crypto'
import t from 'tap'
import { needsOwnRedis } from '../support/redis-server.js'
import { runSidecar } from '../support/sidecar-process.js'
import { storeContract } from '../stores/contract.js'
import { entryOf, invalidate, put, readable, tagged } from '../stores/fixtures.js'
import { connectInspected, connectStore } from '../stores/redis-fixtures.js'
import { failOver } from './failover.js'
import { replicaAmong, swapRoles } from './swaps.js'
import { startCluster } from './clusters.js'

const skip = needsOwnRedis

void t.test('a cluster of three masters', { skip }, async (t) => {
  const { url, owner, masters, replica } = await startCluster(t)

  await t.test('keeps the contract of every store', (t) =>
    storeContract(t, (t) => connectInspected(t, { url, prefix: `{spms}:${randomUUID()}:` }))
  )

  await t.test('is entered by any node, keeps all keys on one, and is scanned where they are', async (t) => {
    for (const { port } of masters) {
      const { store } = await connectStore(t, { url: `redis+cluster://127.0.0.1:${port}`, prefix: '{spms}:' })
      await put(store, { storeKey: 'a:1', entry: entryOf('') }, { storeKey: 'a:2', entry: tagged('t') })
      t.match(await invalidate(store, { patterns: ['a:*'] }), { outcome: 'done', removed: 2 })
      t.strictSame(await readable(store, 'a:1', 'a:2'), [])
      await put(store, { storeKey: 'a:3', entry: entryOf('') })
      await invalidate(store, { all: true })
      t.strictSame(await readable(store, 'a:3'), [])
      t.match(await store.stats(), { usedBytes: Number })
    }
    const sizes = await Promise.all(masters.map(({ call }) => call('dbsize')))
    t.strictSame(sizes.slice(1), [0, 0])
  })

  await t.test('needs a hash tag in KEY_PREFIX', async (t) => {
    const ended = await runSidecar({ REDIS_URL: url, KEY_PREFIX: 'spms:' })
    t.equal(ended.code, 1)
    t.match(ended.stderr, /^KEY_PREFIX=spms:: must hold a hash tag.*\n$/)
  })

  await t.test('swaps the roles of the master of the slot and its replica under load, both alive', (t) =>
    swapRoles(t, {
      ...{ prefix: '{spms}:', environment: { REDIS_URL: url } },
      swap: async () => (await replicaAmong([owner, replica])).call('cluster', 'failover')
    })
  )
  const masterNow = (await replicaAmong([owner, replica])) === owner ? replica : owner

  await t.test('loses the master of the slot under load', (t) =>
    failOver(t, { prefix: '{spms}:', environment: { REDIS_URL: url }, strike: masterNow.kill })
  )
})
