import t, { type Test } from 'tap'
import { invalidationOf } from '../../../src/cache/invalidation.js'
import { randomEpoch } from '../../../src/cache/position.js'
import { Connection } from '../../../src/stores/redis/connection/connection.js'
import { createClient } from '../../../src/stores/redis/connection/client.js'
import { openEpoch } from '../../../src/stores/redis/epochs.js'
import { createRedisInvalidate } from '../../../src/stores/redis/invalidate.js'
import { KnownServer } from '../../../src/stores/redis/known-server.js'
import { createRead } from '../../../src/stores/redis/read.js'
import { RememberedPosition } from '../../../src/stores/redis/remembered-position.js'
import { redisKeysUnder } from '../../../src/stores/redis/scripts/redis-keys.js'
import { createScriptRunner, type RunScript } from '../../../src/stores/redis/scripts/script.js'
import { eventually } from '../../support/eventually.js'
import { needsOwnRedis } from '../../support/redis-server.js'
import { invalidate, readable } from '../fixtures.js'
import { createRecorder } from '../observer.js'
import { setUp } from './failover.js'

/** A sidecar whose scripts wait for `beforeNext`, once, on their way to the server. */
const heldSidecar = async (t: Test, url: string) => {
  const client = createClient({ url, prefix: 'spms:', connectTimeoutMs: 1000 })
  const observer = createRecorder()
  const runScript = createScriptRunner(client)
  const held = { beforeNext: [] as (() => Promise<unknown>)[] }
  const runHeld: RunScript = async (...call) => {
    await held.beforeNext.shift()?.()
    return runScript(...call)
  }
  const parts = {
    ...{ client, observer, keys: redisKeysUnder('spms:'), runScript: runHeld, randomEpoch },
    ...{ server: new KnownServer(client, observer), remembered: new RememberedPosition() }
  }
  const connection = new Connection({
    ...{ client, observer, connectTimeoutMs: 1000, commandTimeoutMs: 2000, isHandshakeDone: () => true },
    handshake: (run) => openEpoch({ ...parts, run })
  })
  t.teardown(async () => {
    connection.stop()
    await client.quit()
  })
  connection.start()
  await eventually(() => connection.state === 'up')
  const read = createRead({ ...parts, run: connection.run, connection })
  const invalidateNow = createRedisInvalidate(parts)
  return {
    ...{ held, connection, told: observer.told },
    isReadable: async (storeKey: string) =>
      (await read([storeKey]).catch(() => undefined))?.entries[0] !== undefined,
    invalidate: (tag: string) => invalidateNow(connection.run, invalidationOf({ tags: [tag] }))
  }
}

void t.test(
  'an epoch that another begins while a read is settled does not make good what was read before it',
  { skip: needsOwnRedis },
  async (t) => {
    const { server, connect, writer, failOver } = await setUp(t)
    const sidecar = await heldSidecar(t, server.namelessUrl)
    await invalidate(writer.store, { tags: ['t'] })
    t.notOk(await sidecar.isReadable('a'))
    await failOver()
    const late = await connect()
    await invalidate(late.store, { tags: ['other'] })
    // The entry is read from the server that lost its removal, and the writer is the first to notice.
    sidecar.held.beforeNext = [() => writer.store.sweep()]
    t.notOk(await sidecar.isReadable('a'))
    t.match(writer.told.epochBegan, [{}, { reason: 'lost-records' }])
  }
)

void t.test(
  'an invalidation that was sent before another was acknowledged does not hide that the other is lost',
  { skip: needsOwnRedis },
  async (t) => {
    const { server, failOver } = await setUp(t)
    const sidecar = await heldSidecar(t, server.namelessUrl)
    t.ok(await sidecar.isReadable('a'))
    sidecar.held.beforeNext = [() => sidecar.invalidate('t').then(failOver)]
    await sidecar.invalidate('other')
    t.notOk(await sidecar.isReadable('a'))
  }
)

void t.test(
  'a read that is settled after an invalidation was acknowledged does not hide that it is lost',
  { skip: needsOwnRedis },
  async (t) => {
    const { server, connect, writer, failOver } = await setUp(t)
    const sidecar = await heldSidecar(t, server.namelessUrl)
    t.ok(await sidecar.isReadable('a'))
    await invalidate(writer.store, { tags: ['other'] })
    sidecar.held.beforeNext = [
      async () => {
        await sidecar.invalidate('t')
        await failOver()
        await invalidate((await connect()).store, { tags: ['another'] })
      }
    ]
    await sidecar.isReadable('a')
    t.notOk(await sidecar.isReadable('a'))
  }
)

void t.test(
  'an invalidation that needs a new epoch begins one, also where an older one is back by then',
  { skip: needsOwnRedis },
  async (t) => {
    const { server, connect, writer, failOver } = await setUp(t)
    const sidecar = await heldSidecar(t, server.namelessUrl)
    await invalidate(writer.store, { all: true })
    t.notOk(await sidecar.isReadable('a'))
    await server.cli('set', 'spms:@tag:damaged', 'no index')
    sidecar.held.beforeNext = [() => Promise.resolve(), failOver]
    await sidecar.invalidate('damaged')
    t.strictSame(await readable((await connect()).store, 'a'), [])
  }
)

void t.test(
  'sidecars that overlap come to the same position, without a new epoch',
  { skip: needsOwnRedis },
  async (t) => {
    const { server, writer } = await setUp(t)
    const sidecar = await heldSidecar(t, server.namelessUrl)
    sidecar.held.beforeNext = [() => sidecar.invalidate('other')]
    await sidecar.invalidate('another')
    t.ok(await sidecar.isReadable('a'))
    const asked = sidecar.told.storeAsked.length
    t.ok(await sidecar.isReadable('a'))
    t.equal(sidecar.told.storeAsked.length, asked + 1)
    t.strictSame(sidecar.told.epochBegan, [])
    t.strictSame(await readable(writer.store, 'a'), ['a'])
  }
)
