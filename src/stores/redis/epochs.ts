import { StoreUnavailableError } from '../../cache/errors.js'
import type { EpochReason } from '../../cache/observer.js'
import type { Position } from '../../cache/position.js'
import type { RedisAccess } from './redis-access.js'
import { KNOWS, OPEN } from './scripts/epoch.js'
import { epochKeys } from './scripts/redis-keys.js'

/** The first ARGV of every script of `scripts/epoch.ts`. */
export const epochArguments = ({ server, remembered, randomEpoch }: Omit<RedisAccess, 'run'>) => [
  server.words,
  remembered.position,
  randomEpoch()
]

/**
 * Settles the epoch: the one that is there, or a new one where the server is another than it was, or lacks records that
 * this process knows of. Rejects for a replica, where the server tells what it is, and for one that takes no writes.
 */
export const openEpoch = async (redis: RedisAccess): Promise<void> => {
  await settle(redis, async () => {
    const { role = 'master' } = await redis.server.ask()
    if (role !== 'master')
      throw new StoreUnavailableError('this Redis is a replica; replicas are never read', {
        kind: 'read-only'
      })
    return open(redis, '')
  })
}

/** The same by what was asked about the server last. */
export const settleEpoch = (redis: RedisAccess): Promise<Position> => settle(redis, () => open(redis, ''))

/** `ended`: begins another only in place of this epoch, not of one that has followed it already. */
export const beginEpoch = (redis: RedisAccess, reason: EpochReason, ended = ''): Promise<Position> =>
  settle(redis, () => open(redis, reason, ended))

const open = (redis: RedisAccess, reason: EpochReason | '', ended = '') =>
  redis.runScript(OPEN, epochKeys(redis.keys), [...epochArguments(redis), reason, ended])

const settle = async (
  { run, remembered, observer }: RedisAccess,
  opening: () => ReturnType<typeof open>
): Promise<Position> => {
  const [, position, reason] = await run('open', opening)
  remembered.remember(position)
  if (reason !== undefined) observer.epochBegan({ reason })
  return position
}

/** Whether the server has all records up to the position, and more perhaps. Asks without `run`: for use within it. */
export const isKnown = async (redis: Omit<RedisAccess, 'run'>, position: Position): Promise<boolean> => {
  const { keys, runScript, server } = redis
  return (await runScript(KNOWS, epochKeys(keys), [server.words, position, ''])) === 1
}
