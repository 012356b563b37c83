import type { Observer, StoreCapability } from '../../cache/observer.js'
import { epochOf, type Position } from '../../cache/position.js'
import {
  asWords,
  type Capabilities,
  capabilitiesOf,
  commandsOf,
  evictedOf,
  haveEvictionsMoved,
  mayEvictAnything,
  NO_CAPABILITIES,
  policyOf,
  showsEvictions
} from './capabilities.js'
import type { RedisClient } from './connection/client.js'
import { faultOf } from './connection/error-replies.js'

/**
 * The server at the other end, as far as it tells of itself. No field must be there; what is not is told to the observer,
 * once, and means:
 *
 *     identity    only the remembered position shows that records were lost
 *     evictions   the policy must be one that evicts only what expires
 */
export class KnownServer {
  readonly #client: Pick<RedisClient, 'info'>
  readonly #observer: Pick<Observer, 'storeLacks'>
  #now = NO_CAPABILITIES
  /** How many commands were seen last, and in which epoch. */
  #seen = { epoch: '', commands: 0 }
  #told: string | undefined

  constructor(client: Pick<RedisClient, 'info'>, observer: Pick<Observer, 'storeLacks'>) {
    this.#client = client
    this.#observer = observer
  }

  /** For the key `server`. */
  get words(): string {
    return asWords(this.#now)
  }

  /** All of it, anew. A server that refuses to tell has none of it. */
  async ask(): Promise<Capabilities> {
    let reason: string | undefined
    try {
      this.#now = capabilitiesOf(await this.#client.info())
    } catch (error) {
      const { kind, message } = faultOf(error)
      if (kind !== 'permission' && kind !== 'refused') throw error
      this.#now = NO_CAPABILITIES
      reason = message
    }
    this.#tell(reason)
    return this.#now
  }

  /** What evictions are noticed by; `undefined`, without asking, where they cannot be. */
  async askOfEvictions(): Promise<Capabilities | undefined> {
    if (!showsEvictions(this.#now)) return undefined
    const [stats, memory] = await Promise.all([this.#client.info('stats'), this.#client.info('memory')])
    const evictions = { policy: policyOf(memory), evicted: evictedOf(stats), commands: commandsOf(stats) }
    return (this.#now = { ...this.#now, ...evictions })
  }

  /**
   * Whether an invalidation that has come to this position may have missed an index: `words` describe the server when the
   * epoch began, `now` was asked behind the invalidation.
   */
  hasEvicted({ words, now, position }: Since): boolean {
    const before = this.#seen
    this.#seen = { epoch: epochOf(position), commands: Number(now.commands ?? 0) }
    const isReset = before.epoch === this.#seen.epoch && this.#seen.commands < before.commands
    return mayEvictAnything(words, now) && (isReset || haveEvictionsMoved(words, now))
  }

  #tell(reason: string | undefined): void {
    const capabilities: StoreCapability[] = []
    if (this.#now.identity === undefined) capabilities.push('identity')
    if (!showsEvictions(this.#now)) capabilities.push('evictions')
    const told = capabilities.join()
    if (told !== this.#told && capabilities.length > 0) this.#observer.storeLacks({ capabilities, reason })
    this.#told = told
  }
}

interface Since {
  readonly words: string
  readonly now: Capabilities
  readonly position: Position
}
