import { StoreUnavailableError } from '../../cache/errors.js'
import type { EpochReason } from '../../cache/store-events.js'
import type { Position } from '../../cache/position.js'
import type { RedisAccess } from './redis-access.js'
import { COMPARE, OPEN } from './scripts/epoch.js'
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
export const settleEpoch = (redis: RedisAccess): Promise<Settled> => settle(redis, () => open(redis, ''))

/** `ended`: begins another only in place of this epoch, not of one that has followed it already. */
export const beginEpoch = (redis: RedisAccess, reason: EpochReason, ended = ''): Promise<Settled> =>
  settle(redis, () => open(redis, reason, ended))

export interface Settled {
  readonly position: Position
  /** Whether this call has begun the epoch. */
  readonly isNew: boolean
}

const open = async (redis: RedisAccess, reason: EpochReason | '', ended = '') => {
  const since = redis.remembered.position
  const args = [...epochArguments(redis), reason, ended]
  const names = [...epochKeys(redis.keys), redis.keys.kept]
  const [, position, begun] = await redis.runScript(OPEN, names, args)
  return { since, position, begun }
}

const settle = async (
  { run, remembered, observer }: RedisAccess,
  opening: () => ReturnType<typeof open>
): Promise<Settled> => {
  const { since, position, begun: reason } = await run('open', opening)
  remembered.remember(position, since)
  if (reason !== undefined) observer.epochBegan({ reason })
  return { position, isNew: reason !== undefined }
}

/**
 * Whether the server still has the remembered position, and the one that was read, and is in the epoch of the latter; with
 * the position that it is at. Asks without `run`: for use within it.
 */
export const compareWith = async (redis: Omit<RedisAccess, 'run'>, read: Position) => {
  const { keys, runScript, remembered } = redis
  const since = remembered.position
  const [said, position] = await runScript(COMPARE, epochKeys(keys), [...epochArguments(redis), read])
  if (said !== 'lost') remembered.remember(position, since)
  return { said, position }
}
