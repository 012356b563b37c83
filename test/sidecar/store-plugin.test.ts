import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import fastifyRedis from '@fastify/redis'
import { fastify, type FastifyInstance } from 'fastify'
import { Redis } from 'ioredis'
import t, { type Test } from 'tap'
import { randomEpoch } from '../../src/cache/position.js'
import { readConfig } from '../../src/config/config.js'
import { type OpenedStore, openStore, storePlugin } from '../../src/sidecar/open-store.js'
import { createMemoryStore } from '../../src/stores/memory/memory-store.js'
import { createRecorder, type RecordingObserver } from '../stores/observer.js'
import { redisFor, untilUp } from '../stores/redis-fixtures.js'
import { eventually } from '../support/eventually.js'
import { freePort } from '../support/free-port.js'
import { needsOwnRedis } from '../support/redis-server.js'

/** Of an application. What it takes longer for than this, it waits for Redis with. */
const PLUGIN_TIMEOUT_MS = 1000

interface Stage {
  readonly app: FastifyInstance
  readonly store: OpenedStore
  readonly client: Redis
  readonly told: RecordingObserver['told']
}

/** An application that has loaded the plugin. */
const boot = async (t: Test, url: string): Promise<Stage> => {
  const observer = createRecorder()
  const store = openStore(readConfig({ REDIS_URL: url, REDIS_COMMAND_TIMEOUT_MS: '2000' }), observer)
  const { client } = store
  if (client === undefined) throw new Error('a store without a client')
  t.teardown(async () => {
    await store.close()
    await client.quit()
  })
  const app = fastify({ pluginTimeout: PLUGIN_TIMEOUT_MS })
  void app.register(storePlugin, { store })
  await app.ready()
  return { app, store, client, told: observer.told }
}

const nowhere = async (): Promise<string> => `redis://127.0.0.1:${await freePort()}/1`

t.test('an application has the client as `redis`, used or not', async (t) => {
  const server = await redisFor(t)
  const { app, store, client } = await boot(t, server.url)
  t.equal(app.redis, client)
  await untilUp(store)
  t.equal(await app.redis.ping(), 'PONG')
})

t.test('while Redis is down it starts, and it closes', async (t) => {
  const { app, client, told } = await boot(t, await nowhere())
  t.equal(app.redis, client)
  await eventually(() => told.storeChanged.length > 0)
  t.match(client.status, /^(connecting|reconnecting)$/)
  await app.close()
  let attempts = 0
  client.on('connecting', () => attempts++)
  // The second attempt would follow after 100 ms.
  await delay(300)
  t.equal(attempts, 0, 'it connects no more')
})

t.test('it closes at the first moment, too', async (t) => {
  const { app, client } = await boot(t, await nowhere())
  const ended = client.status === 'end' ? undefined : once(client, 'end')
  await app.close()
  await ended
  t.equal(client.status, 'end')
})

t.test('a wrong password is told, and Redis is used once it is right', { skip: needsOwnRedis }, async (t) => {
  const server = await redisFor(t, { password: 'right' })
  const { store, client, told } = await boot(t, server.url.replace('right', 'wrong'))
  t.not(client.status, 'ready', '@fastify/redis sees the refusal')
  await eventually(() => told.storeChanged.length > 0)
  t.match(told.storeChanged, [{ state: 'down', reason: /WRONGPASS/ }])
  await server.cli('config', 'set', 'requirepass', 'wrong')
  await untilUp(store)
})

t.test('an unknown host is told, and asked for again', async (t) => {
  const { client, told } = await boot(t, 'redis://unknown.invalid:6379')
  await eventually(() => told.storeChanged.length > 0)
  t.match(told.storeChanged, [{ state: 'down', reason: /unknown\.invalid/ }])
  await once(client, 'connecting')
})

t.test('the store is closed after the last request, and the connection after the store', async (t) => {
  const server = await redisFor(t)
  const order: string[] = []
  const observer = createRecorder()
  const store = openStore(readConfig({ REDIS_URL: server.url }), observer)
  store.client?.once('end', () => order.push('connection'))
  const app = fastify()
  const close = async (): Promise<void> => {
    order.push('store')
    await store.close()
  }
  void app.register(storePlugin, { store: { ...store, close } })
  app.get('/', async () => {
    isAsked = true
    await eventually(() => isClosing)
    order.push('request')
    return app.redis.ping()
  })
  let isAsked = false
  let isClosing = false
  app.addHook('preClose', (done) => {
    isClosing = true
    done()
  })
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  await untilUp(store)
  const answer = fetch(url, { headers: { connection: 'close' } })
  await eventually(() => isAsked)
  const closed = app.close()
  t.equal(await (await answer).text(), 'PONG')
  await closed
  await eventually(() => order.length === 3)
  t.strictSame(order, ['request', 'store', 'connection'])
  t.strictSame(
    observer.told.storeChanged.map(({ state }) => state),
    ['up'],
    'no failure is told'
  )
})

t.test('a store in memory is closed, too', async (t) => {
  let isClosed = false
  const memory = createMemoryStore({ maxBytes: 10_000, now: Date.now, randomEpoch })
  const app = fastify()
  const close = async (): Promise<void> => {
    isClosed = true
    return memory.close()
  }
  void app.register(storePlugin, { store: { ...memory, close } })
  await app.ready()
  t.notOk(app.hasDecorator('redis'))
  await app.close()
  t.ok(isClosed)
})

/** Why the plugin is not registered as it is. When this fails, `storePlugin` may become simpler. */
t.test('@fastify/redis alone does not start while Redis is down', async (t) => {
  const client = new Redis(await nowhere(), { lazyConnect: true, enableOfflineQueue: false })
  client.on('error', () => undefined)
  t.teardown(() => client.disconnect())
  const app = fastify({ pluginTimeout: 200 })
  void app.register(fastifyRedis, { client })
  await t.rejects(Promise.resolve(app.ready()), { code: 'FST_ERR_PLUGIN_TIMEOUT' })
  await t.rejects(client.quit())
})
