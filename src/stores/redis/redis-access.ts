import type { Observer } from '../../cache/observer.js'
import type { RedisClient } from './connection/client.js'
import type { Run } from './connection/connection.js'
import type { KnownServer } from './known-server.js'
import type { RememberedPosition } from './remembered-position.js'
import type { RedisKeys } from './scripts/redis-keys.js'
import type { RunScript } from './scripts/script.js'

/** What every operation asks Redis with, and tells of. */
export interface RedisAccess {
  readonly client: RedisClient
  readonly keys: RedisKeys
  readonly runScript: RunScript
  readonly run: Run
  readonly server: KnownServer
  readonly remembered: RememberedPosition
  readonly randomEpoch: () => string
  readonly observer: Observer
}
