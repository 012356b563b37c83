import t from 'tap'
import { needsOwnRedis, type RedisServer } from '../support/redis-server.js'
import { eventually } from '../support/eventually.js'
import { entryOf, invalidate, put, readable } from '../stores/fixtures.js'
import { connectStore, infoOf, redisFor } from '../stores/redis-fixtures.js'

const follow = (server: RedisServer, master: RedisServer): Promise<unknown> =>
  server.cli('replicaof', '127.0.0.1', `${master.port}`)

/** Reads until `ms` are over, and counts how often the entry was still there and how often the store was not asked. */
const readFor = async (ms: number, read: () => Promise<readonly string[]>) => {
  const seen = { stale: 0, refused: 0 }
  for (const until = Date.now() + ms; Date.now() < until;) {
    const found = await read().catch(() => undefined)
    if (found === undefined) seen.refused++
    else seen.stale += found.length
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  return seen
}

for (const replication of ['up', 'down'] as const) {
  void t.test(
    `a master that has become a replica is not read by who was connected to it, replication ${replication}`,
    { skip: needsOwnRedis },
    async (t) => {
      const old = await redisFor(t)
      const next = await redisFor(t)
      const reader = await connectStore(t, { url: old.url })
      await put(reader.store, { storeKey: 'a', entry: entryOf('old', { tags: ['user:5'] }) })
      await follow(next, old)
      await eventually(async () => (await infoOf(next, 'replication', 'master_link_status')) === 'up')
      t.same(await readable(reader.store, 'a'), ['a'], 'warm')

      await next.cli('replicaof', 'no', 'one')
      if (replication === 'up') await follow(old, next)
      // Nobody is there: what this one has stays as it is.
      else await old.cli('replicaof', '127.0.0.1', '1')
      const writer = await connectStore(t, { url: next.url })
      t.match(await invalidate(writer.store, { tags: ['user:5'] }), { outcome: 'done' })

      const seen = await readFor(1500, () => readable(reader.store, 'a'))
      t.equal(seen.stale, 0)
      t.ok(seen.refused > 0, `${seen.refused} reads were sent to the origin`)
      t.match(reader.told.storeChanged.at(-1), { state: 'down', reason: /READONLY|replica/ })
    }
  )
}

void t.test(
  'an old master that is cut off from its replicas is not read, where it must have some',
  { skip: needsOwnRedis },
  async (t) => {
    const old = await redisFor(t)
    const next = await redisFor(t)
    await follow(next, old)
    await eventually(async () => (await infoOf(old, 'replication', 'connected_slaves')) === '1')
    const { store } = await connectStore(t, { url: old.url })
    await put(store, { storeKey: 'a', entry: entryOf('old') })
    await old.cli('config', 'set', 'min-replicas-to-write', '1')
    await old.cli('config', 'set', 'min-replicas-max-lag', '1')
    // Redis counts its good replicas once a second.
    await eventually(async () => (await readable(store, 'a')).length === 1)
    await next.kill()
    await eventually(async () => (await readable(store, 'a').catch(() => ['refused']))[0] === 'refused')
    t.pass('reads go to the origin')
  }
)

void t.test(
  'a master that was a replica for a while has another epoch: it may have lost what it had acknowledged',
  { skip: needsOwnRedis },
  async (t) => {
    const one = await redisFor(t)
    const other = await redisFor(t)
    const { store } = await connectStore(t, { url: one.url })
    await put(store, { storeKey: 'a', entry: entryOf('old', { tags: ['user:5'] }) })
    await follow(other, one)
    await eventually(async () => (await infoOf(other, 'replication', 'master_link_status')) === 'up')
    // Promoted without what is acknowledged next, as replication is asynchronous; and back, before anybody has looked.
    await other.cli('replicaof', 'no', 'one')
    t.match(await invalidate(store, { tags: ['user:5'] }), { outcome: 'done' })
    await follow(one, other)
    await eventually(async () => (await infoOf(one, 'replication', 'master_link_status')) === 'up')
    await one.cli('replicaof', 'no', 'one')
    t.equal(await one.cli('exists', 'spms:a'), 1, 'the old entry is back')
    const late = await connectStore(t, { url: one.url })
    t.same(await readable(late.store, 'a'), [])
    t.match(late.told.epochBegan, [{ reason: 'another-server' }])
  }
)
