import t, { type Test } from 'tap'
import { eventually } from '../../support/eventually.js'
import { needsOwnRedis, type RedisServerOptions } from '../../support/redis-server.js'
import { STORE_HINTS } from '../../../src/telemetry/hints.js'
import { entryOf, invalidate, put, readable, tagged } from '../fixtures.js'
import { connectStore, openStore, redisFor, type StoreSettings } from '../redis-fixtures.js'

/** Why a store that never comes up is down. */
const whyDown = async (t: Test, options: RedisServerOptions, settings: Partial<StoreSettings> = {}) => {
  const { url } = await redisFor(t, options)
  const { store, told } = await openStore(t, { ...settings, url: `${url}${settings.url ?? ''}` })
  await eventually(() => told.storeChanged.length > 0, { intervalMs: 5 })
  await t.rejects(store.read(['a']), { name: 'StoreUnavailableError' })
  return told.storeChanged[0]
}

t.test(
  'a command that the server does not have is named, with a hint',
  { skip: needsOwnRedis },
  async (t) => {
    for (const [command, reason] of [
      ['EVALSHA', /^EVALSHA: ERR unknown command/i],
      // In a script Redis does not say which one it is.
      ['XADD', /^EVAL: .*unknown (redis )?command/i]
    ] as const) {
      const told = await whyDown(t, { behavesAs: 'redis', args: ['--rename-command', command, ''] })
      t.match(told, { state: 'down', kind: 'refused', reason }, command)
    }
    t.match(STORE_HINTS.refused, /does not have this command/)
  }
)

t.test(
  'what Redis Enterprise refuses is not asked: no INFO in a script, no SELECT',
  { skip: needsOwnRedis },
  async (t) => {
    const server = await redisFor(t, { behavesAs: 'enterprise' })
    const { store, told } = await connectStore(t, { url: server.url })
    await put(store, { storeKey: 'a', entry: tagged('t') }, { storeKey: 'b', entry: entryOf('') })
    t.match(await invalidate(store, { tags: ['t'] }), { outcome: 'done', removed: 1 })
    t.match(await invalidate(store, { patterns: ['x*'] }), { outcome: 'done' })
    t.strictSame(await readable(store, 'a', 'b'), ['b'])
    t.match(await invalidate(store, { all: true }), { outcome: 'done', removed: 1 })
    await store.sweep()
    t.match(await store.stats(), { state: 'up', maxBytes: undefined })
    t.strictSame(told.storeFailed, [])
    t.match(told.storeLacks, [{ capabilities: ['identity', 'evictions'], reason: undefined }])
  }
)

t.test(
  'a database that the server does not have is a reason with a name',
  { skip: needsOwnRedis },
  async (t) => {
    const told = await whyDown(t, { behavesAs: 'enterprise' }, { url: '/1' })
    t.match(told, { state: 'down', kind: 'refused', reason: /^SELECT: / })
  }
)

t.test(
  'on a server that shards by slot a prefix without braces is named, and one with braces works',
  { skip: needsOwnRedis },
  async (t) => {
    const told = await whyDown(t, { behavesAs: 'enterprise-clustered' })
    t.match(told, { state: 'down', kind: 'cross-slot', reason: /^EVALSHA: .*CROSSSLOT/ })
    t.match(STORE_HINTS['cross-slot'], /KEY_PREFIX/)
    const { url } = await redisFor(t, { behavesAs: 'enterprise-clustered' })
    const { store } = await connectStore(t, { url, prefix: '{spms}:' })
    await put(store, { storeKey: 'a', entry: tagged('t') }, { storeKey: '@value:b', entry: tagged('t') })
    t.match(await invalidate(store, { keys: ['a', 'b'], tags: ['t'], patterns: ['*'] }), { removed: 2 })
    await store.sweep()
    t.strictSame(await readable(store, 'a'), [])
  }
)
