import { type StoreFault, StoreUnavailableError } from '../../cache/errors.js'
import type { RedisConnection } from './connection/connection.js'

const LOST_EPOCH: StoreFault = { kind: 'lost-epoch', message: 'Redis has lost the epoch' }

/** For a server that was flushed, or has evicted the epoch: no entry is known to be good until another has begun. */
export const loseEpoch = (connection: Pick<RedisConnection, 'markDown'>): StoreUnavailableError => {
  connection.markDown(LOST_EPOCH)
  return new StoreUnavailableError(LOST_EPOCH.message, LOST_EPOCH)
}
