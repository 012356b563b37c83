import { kindsOf } from '../../cache/invalidation.js'
import type { Store } from '../../cache/store.js'
import { Journal } from '../journal.js'
import type { RedisAccess } from './redis-access.js'
import { createCommit } from './commit.js'
import { createRead, createReadSizes } from './read.js'
import { PendingInvalidations } from './pending-invalidations.js'
import { Connection, type ConnectionOptions, type Run } from './connection/connection.js'
import { faultOf } from './connection/error-replies.js'
import { createList } from './list.js'
import { readRecords } from './records.js'
import { redisKeysUnder } from './scripts/redis-keys.js'
import { createRedisInvalidate, type RedisInvalidate } from './invalidate.js'
import { openEpoch } from './epochs.js'
import { KnownServer } from './known-server.js'
import { RememberedPosition } from './remembered-position.js'
import { createScriptRunner } from './scripts/script.js'
import { sweep } from './sweep.js'

/** The client is not connected yet. Whoever made it closes it, after the store. */
export interface RedisStoreOptions extends Omit<ConnectionOptions, 'handshake' | 'isHandshakeDone'> {
  readonly prefix: string
  /** Longest that `invalidate` tries before it is `pending`. */
  readonly invalidationTimeoutMs: number
  readonly now: () => number
  readonly randomEpoch: () => string
}

/**
 * The shared store: one multiplexed connection, one round trip for a read, scripts for commits and
 * invalidations. While an invalidation waits in the journal, nothing is read from or committed to Redis.
 */
export const createRedisStore = (options: RedisStoreOptions): Store => {
  const { client, observer, now, randomEpoch } = options
  const keys = redisKeysUnder(options.prefix)
  const runScript = createScriptRunner(client)
  const journal = new Journal()
  const server = new KnownServer(client, observer)
  const remembered = new RememberedPosition()
  const base = { client, keys, runScript, server, remembered, randomEpoch, observer, journal }
  const parts: Parts = { ...base, invalidateNow: createRedisInvalidate(base) }
  const connection = new Connection({
    ...options,
    handshake: (run) => handshake(parts, run),
    isHandshakeDone: () => journal.size === 0
  })
  const redis = { ...parts, connection, run: connection.run, now }
  const invalidations = new PendingInvalidations({ ...options, ...redis })
  connection.start()

  return {
    read: createRead(redis),
    sizes: createReadSizes(redis),
    list: createList(redis),
    commit: createCommit(redis),
    invalidate: invalidations.invalidate,
    recordsBetween: (after, upTo) => readRecords(redis, [after, upTo]),
    sweep: async () => {
      // A master that has become a replica keeps its connections: this is where it is noticed when nobody writes.
      // While the store is down, the handshake is what asks.
      if (connection.state === 'up')
        await openEpoch(redis).catch((error: unknown) => connection.markDown(faultOf(error)))
      await sweep(redis)
    },
    stats: async () => ({
      kind: 'redis',
      state: connection.state,
      entries: undefined,
      ...(await memoryOf(redis).catch(() => ({ usedBytes: undefined, maxBytes: undefined }))),
      pendingInvalidations: journal.size
    }),
    endWaiting: () => invalidations.endWaiting(),
    close: async () => {
      invalidations.endWaiting()
      connection.stop()
    }
  }
}

interface Parts extends Omit<RedisAccess, 'run'> {
  readonly journal: Journal
  readonly invalidateNow: RedisInvalidate
}

/**
 * What comes before anything is read on a new connection, and after every doubt about the server: the database, the
 * epoch, and then the journal:
 *
 *     this process                             its readers
 *     invalidates a; Redis does not answer
 *     puts it in the journal, goes down        are answered by the origin
 *     Redis is back; were it up at once:
 *                                              read a from Redis: old answer
 *     replays the journal: removes a
 *
 * So the connection goes up in the very turn in which the journal is seen to be empty, and no sooner.
 */
const handshake = async (parts: Parts, run: Run): Promise<void> => {
  // ioredis goes on in database 0 when its own SELECT was refused. After `client.select` it would select by itself on
  // the next connection, too, before that has logged in, and nobody would catch the refusal: so not by that name.
  const { client } = parts
  const { database = 0 } = client
  if (database !== 0) await run('select', () => client.call('SELECT', database))
  await openEpoch({ ...parts, run })
  await replayJournal(parts, run)
}

const replayJournal = async ({ journal, invalidateNow, observer }: Parts, run: Run): Promise<void> => {
  for (let pending = journal.take(); pending !== undefined; pending = journal.take()) {
    try {
      const result = await invalidateNow(run, pending)
      journal.done(result.position)
      observer.invalidated({ source: 'replay', named: pending, kinds: kindsOf(pending), ...result })
    } catch (error) {
      journal.putBack(pending)
      throw error
    }
  }
}

const memoryOf = async ({ client, run }: RedisAccess) => {
  const info = await run('info', () => client.info('memory'))
  const field = (name: string): number | undefined => {
    const text = new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1]
    return text === undefined ? undefined : Number(text)
  }
  return { usedBytes: field('used_memory'), maxBytes: field('maxmemory') }
}
