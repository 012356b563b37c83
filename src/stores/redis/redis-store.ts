import { StoreUnavailableError } from '../../cache/errors.js'
import { type Invalidation, kindsOf } from '../../cache/invalidate/invalidation.js'
import type { Observer } from '../../cache/observer.js'
import { epochOf } from '../../cache/position.js'
import type { CarriedOut, Store } from '../../cache/store.js'
import { decodeEntry } from '../entry-codec.js'
import { createJournal } from '../journal.js'
import { adoptClient, createClient, type RedisSettings } from './connection/client.js'
import { createCommit, LOST_EPOCH } from './commit.js'
import { gatherReads } from './read.js'
import { createPendingInvalidations } from './pending-invalidations.js'
import { createConnection, type Run } from './connection/connection.js'
import { faultOf } from './connection/error-replies.js'
import { createReadRecords } from './records.js'
import { redisKeysUnder } from './redis-keys.js'
import { createRedisInvalidate } from './invalidate.js'
import { parseOpening } from './scripts/replies.js'
import { createScriptRunner } from './scripts/script-runner.js'
import { OPEN } from './scripts/scripts.js'
import { createReadSizes } from './sizes.js'
import { createSweep } from './sweep.js'

export interface RedisStoreOptions extends RedisSettings {
  readonly commandTimeoutMs: number
  /** Longest that `invalidate` tries before it is `pending`. */
  readonly invalidationTimeoutMs: number
  readonly observer: Observer
  readonly now: () => number
  readonly randomEpoch: () => string
}

/**
 * The shared store: one multiplexed connection, one round trip for a read, scripts for commits and
 * invalidations. While an invalidation waits in the journal, nothing is read from or committed to Redis.
 * Throws `RedisSettingsError` when there is no way to connect.
 */
export const createRedisStore = async (options: RedisStoreOptions): Promise<Store> => {
  const { observer, now, randomEpoch } = options
  const client = createClient(options)
  const names = redisKeysUnder(options.prefix)
  const scripts = createScriptRunner(client)
  const journal = createJournal()
  const remover = createRedisInvalidate({ client, names, scripts, randomEpoch, observer })

  const open = async (run: Run): Promise<void> => {
    const keys = [names.epoch, names.log, names.server, names.tags]
    const args = [names.prefix, randomEpoch(), '']
    const [kind, , reason] = await run('open', async () => parseOpening(await scripts.run(OPEN, keys, args)))
    if (kind === 'replica')
      throw new StoreUnavailableError('this Redis is a replica; replicas are never read', {
        kind: 'read-only'
      })
    if (reason !== undefined) observer.epochBegan({ reason })
  }

  const replay = async (run: Run, pending: Invalidation): Promise<CarriedOut> => {
    try {
      const result = await remover.remove(run, pending)
      journal.done(result.id)
      return result
    } catch (error) {
      journal.putBack(pending)
      throw error
    }
  }

  const replayJournal = async (run: Run): Promise<void> => {
    for (let pending = journal.take(); pending !== undefined; pending = journal.take()) {
      const result = await replay(run, pending)
      observer.invalidated({ source: 'replay', kinds: kindsOf(pending), ...result })
    }
  }

  const connection = createConnection({
    ...options,
    client,
    handshake: async (run) => {
      // ioredis goes on in database 0 when its own SELECT was refused. A cluster has no other.
      const { db = 0, Connector } = client.options
      if (Connector === undefined) await run('select', () => client.select(db))
      await open(run)
      await replayJournal(run)
    },
    isHandshakeDone: () => journal.size === 0
  })
  const recordsBetween = createReadRecords({ names, scripts, run: connection.run })
  const commit = createCommit({ names, scripts, connection, readRecords: recordsBetween, now })
  const sweep = createSweep({ client, names, scripts, run: connection.run })

  const read = gatherReads(connection, async (storeKeys) => {
    const keys = [names.epoch, ...storeKeys.map(names.storeKey)]
    // A master that has become a replica keeps its connections, and refuses this: proof that it was none at the `MGET`.
    const [[position, ...values]] = await Promise.all([client.mgetBuffer(keys), client.unlink(names.nothing)])
    if (position === undefined || position === null) {
      connection.markDown(LOST_EPOCH)
      throw new StoreUnavailableError(LOST_EPOCH.message, LOST_EPOCH)
    }
    const at = position.toString('latin1')
    const epoch = epochOf(at)
    return { position: at, entries: values.map((bytes) => (bytes ? decodeEntry(bytes, epoch) : undefined)) }
  })

  const { invalidate, endWaiting } = createPendingInvalidations({
    connection,
    journal,
    remove: remover.remove,
    commandTimeoutMs: options.commandTimeoutMs,
    timeoutMs: options.invalidationTimeoutMs
  })

  const memory = async () => {
    const info = await connection.run('info', () => client.info('memory'))
    const field = (name: string): number => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? NaN)
    return { usedBytes: field('used_memory'), maxBytes: field('maxmemory') }
  }

  const host = await adoptClient(client)
  connection.start()

  return {
    read,
    sizes: createReadSizes({ names, scripts, run: connection.run }),
    commit,
    invalidate,
    recordsBetween,
    isTagged: async (tag) =>
      (await connection.run('read', () => client.exists(names.storeKey(`@tag:${tag}`)))) === 1,
    sweep: async () => {
      // A master that has become a replica keeps its connections: this is where it is noticed when nobody writes.
      await open(connection.run).catch((error: unknown) => connection.markDown(faultOf(error)))
      await sweep()
    },
    stats: async () => ({
      kind: 'redis',
      state: connection.state,
      entries: undefined,
      ...(await memory().catch(() => ({ usedBytes: undefined, maxBytes: undefined }))),
      pendingInvalidations: journal.size
    }),
    endWaiting,
    close: async () => {
      endWaiting()
      connection.stop()
      await host.close()
    }
  }
}
