import type { Test } from 'tap'
import type { RedisServer } from '../../support/redis-server.js'
import { put, readable, tagged } from '../fixtures.js'
import { connectStore, redisFor, type WatchedStore } from '../redis-fixtures.js'

/** What a server without an identity has to offer: a user who may not ask for INFO sees the same of a real one. */
export const namelessServer = async (t: Test): Promise<RedisServer & { readonly namelessUrl: string }> => {
  const server = await redisFor(t, { behavesAs: 'redis' })
  await server.cli('acl', 'setuser', 'nameless', 'on', '>secret', 'allcommands', 'allkeys', '-info')
  return { ...server, namelessUrl: server.url.replace('redis://', 'redis://nameless:secret@') }
}

/** What lies in the database, and how to make it lie there again, in one step and under all connections. */
export const copyOf = async (server: RedisServer) => {
  const redis = server.client()
  const names = await redis.keys('*')
  const kept = await Promise.all(names.map(async (name) => [name, await redis.dumpBuffer(name)] as const))
  return async (): Promise<void> => {
    const steps = redis.multi().flushdb()
    for (const [name, bytes] of kept) steps.restore(name, 0, bytes)
    await steps.exec()
  }
}

/** As the failover of a proxy does, which keeps the connections: the records after the copy are lost. */
export const setUp = async (t: Test) => {
  const server = await namelessServer(t)
  const connect = (): Promise<WatchedStore> => connectStore(t, { url: server.namelessUrl })
  const writer = await connect()
  const reader = await connect()
  await put(writer.store, { storeKey: 'a', entry: tagged('t') })
  t.strictSame(await readable(reader.store, 'a'), ['a'])
  const failOver = await copyOf(server)
  return { server, connect, reader, writer, failOver }
}
