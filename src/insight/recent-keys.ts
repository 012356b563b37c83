import { type HotKey, HotKeys } from './hot-keys.js'

const PLACES = 1000
/** How long one generation counts. */
export const GENERATION_MS = 900_000

export interface HotKeysFound {
  readonly keys: readonly HotKey[]
  /** Lookups in all, and the milliseconds that they are about. */
  readonly total: number
  readonly ms: number
}

/** Two generations, so that what was hot this morning is forgotten. */
export class RecentKeys {
  open = new HotKeys(PLACES)
  readonly #elapsed: () => number
  #before = new HotKeys(PLACES)
  #openedAt: number
  #beganAt: number

  constructor(elapsed: () => number) {
    this.#elapsed = elapsed
    this.#openedAt = this.#beganAt = elapsed()
  }

  advance(): void {
    const now = this.#elapsed()
    if (now - this.#openedAt < GENERATION_MS) return
    this.#before = this.open
    this.#beganAt = this.#openedAt
    this.open = new HotKeys(PLACES)
    this.#openedAt = now
  }

  top(most: number): HotKeysFound {
    const keys = new Map<string, HotKey>()
    for (const hot of [this.open, this.#before]) {
      for (const { key, resource, count, error } of hot.top(PLACES)) {
        const other = keys.get(key)
        keys.set(key, {
          key,
          resource,
          count: count + (other?.count ?? 0),
          error: error + (other?.error ?? 0)
        })
      }
    }
    return {
      keys: [...keys.values()].sort((one, other) => other.count - one.count).slice(0, most),
      total: this.open.total + this.#before.total,
      ms: this.#elapsed() - this.#beganAt
    }
  }
}
