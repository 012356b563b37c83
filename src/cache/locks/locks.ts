import type { CancelSignal } from '../../concurrency/cancellation.js'
import { ttlSeconds } from '../entry.js'
import { StoreUnavailableError } from '../errors.js'
import { invalidationOf } from '../invalidation.js'
import type { Position } from '../position.js'
import type { PendingWrite, Store } from '../store.js'
import { lockKey } from '../tags.js'
import { etagOf, fenceOf, isLease, leaseOf, newToken, releasedLease } from './lease.js'
import { realTimer, type Timer, Waiting } from './waiting.js'

/**
 * Locks that end by themselves: leases. At one time one caller has the lease of a name, on whatever pod, as long as the store
 * keeps what it has acknowledged; each acquisition has a fence that is later than those before it, by which what the lock
 * protects can refuse a holder whose lease is over. Every method rejects with `StoreUnavailableError` when the store cannot
 * answer.
 */
export interface Locks {
  /** Waits while another has it, until the time for that is over or the wait is cancelled. */
  acquire(request: Acquire, cancel: CancelSignal): Promise<Acquisition>
  /** Whether the lease was the token's, and goes on for `ttlMs` from now. */
  renew(lease: HeldLease & { readonly ttlMs: number }): Promise<boolean>
  /** Whether the lease was the token's, and is over. */
  release(lease: HeldLease): Promise<boolean>
  /** Whole seconds until the lease ends; `undefined` when nobody has it. */
  remaining(name: string): Promise<number | undefined>
}

export interface Acquire {
  readonly name: string
  readonly ttlMs: number
  readonly waitMs: number
}

export interface HeldLease {
  readonly name: string
  readonly token: string
}

export type Acquisition =
  | {
      readonly outcome: 'acquired'
      readonly token: string
      /** Sorts as text, later than that of every acquisition of this name before. */
      readonly fence: string
      /** What is read from here on is put with it: nobody has had the lock in between. */
      readonly position: Position
    }
  | { readonly outcome: 'held' }

/** What takes the place of a released lease is there for a millisecond of the store. */
const RELEASED_MS = 3

export const createLocks = (options: {
  readonly store: Store
  readonly now: () => number
  readonly timer?: Timer
}): Locks => {
  const { store, now, timer = realTimer } = options
  const waiting = new Waiting(timer)

  const commit = async (name: string, write: Omit<PendingWrite, 'storeKey'>): Promise<boolean> => {
    const writes = [{ ...write, storeKey: lockKey(name) }]
    const [outcome] = await store.commit({ writes, position: undefined })
    return outcome === 'stored'
  }

  const release = async ({ name, token }: HeldLease): Promise<boolean> => {
    const isReleased = await commit(name, { entry: releasedLease(now()), condition: { etag: etagOf(token) } })
    if (isReleased) timer.after(RELEASED_MS, () => waiting.wake(name))
    return isReleased
  }

  /**
   * The record makes the fence, and the read after it shows that it lies within the lease:
   *
   *     this one                      the store                      another
   *     commits its lease
   *     (pauses)                      the lease expires
   *                                                                  commits, appends record 7, reads: has it
   *     appends record 8
   *     reads: the lease of another, so it has not got it, and 8 is nobody's fence
   */
  const tryOnce = async ({ name, ttlMs }: Acquire): Promise<Acquisition> => {
    const token = newToken()
    if (!(await commit(name, { entry: leaseOf(token, ttlMs, now()), condition: 'absent' })))
      return { outcome: 'held' }
    try {
      // No entry carries a tag that begins so.
      const record = await store.invalidate(invalidationOf({ tags: [lockKey(name)] }))
      if (record.outcome === 'pending') throw new StoreUnavailableError('a lock has got no fence')
      const { entries, position } = await store.read([lockKey(name)])
      if (entries[0]?.etag !== etagOf(token)) return { outcome: 'held' }
      return { outcome: 'acquired', token, fence: fenceOf(record.position), position }
    } catch (error) {
      // Nobody has been told the token: without this, the lock would be nobody's until the lease ends.
      release({ name, token }).catch(() => undefined)
      throw error
    }
  }

  return {
    async acquire(request, cancel) {
      const { name } = request
      const endsAt = timer.elapsed() + request.waitMs
      for (let pauses = 0; ; pauses++) {
        const acquisition = await tryOnce(request)
        if (acquisition.outcome === 'acquired' && !cancel.isCancelled) return acquisition
        if (acquisition.outcome === 'acquired') await release({ name, token: acquisition.token })
        const mostMs = endsAt - timer.elapsed()
        if (cancel.isCancelled || mostMs <= 0 || waiting.isFull) return { outcome: 'held' }
        await waiting.pause(name, pauses, { mostMs, cancel })
      }
    },

    renew: ({ name, token, ttlMs }) =>
      commit(name, { entry: leaseOf(token, ttlMs, now()), condition: { etag: etagOf(token) } }),

    release,

    async remaining(name) {
      const [lease] = (await store.read([lockKey(name)])).entries
      return isLease(lease) ? Math.max(1, ttlSeconds(lease, now())) : undefined
    }
  }
}
