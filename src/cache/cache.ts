import { createSessionChanges } from './identity/session-changes.js'
import { createForward } from './read/forward.js'
import { createHostCheck } from './read/host-check.js'
import { createInvalidate, type Invalidate } from './invalidate/invalidate.js'
import { createKeeper, userOfProof } from './identity/proof.js'
import { createCollapsedFetches } from './read/collapsed-fetch.js'
import { createUncacheableKeys } from './read/uncacheable-keys.js'
import type { Entry } from './entry.js'
import type { Observer } from './observer.js'
import type { Answer } from './answer.js'
import type { Origin } from './origin.js'
import { createReadThrough } from './read/read-through.js'
import type { ReadRequest } from './read/lookup.js'
import { createFieldReader } from './read/request-fields.js'
import type { ResourceTable } from './resource.js'
import { proofKey, type Store } from './store.js'
import { createWriteThrough, type WriteRequest } from './write/write-through.js'

export interface CacheOptions {
  readonly store: Store
  readonly origin: Origin
  readonly table: ResourceTable
  readonly observer: Observer
  readonly now: () => number
  readonly maxTtlMs: number
  readonly maxEntryBytes: number
  /** `false`: plain forwarding; writes still invalidate. */
  readonly isEnabled: boolean
  /** In the form of Django's ALLOWED_HOSTS; requests for other hosts are forwarded. None: any. */
  readonly allowedHosts?: readonly string[]
}

/**
 * The promises: after an acknowledged invalidation nobody gets an answer whose origin request was sent
 * before it; nobody gets an answer made for somebody else; a read never fails because the store does.
 */
export interface Cache {
  /** Rejects with `CancelledError` when the caller has left, and with nothing else that is foreseen. */
  read(request: ReadRequest): Promise<Answer>
  write(request: WriteRequest): Promise<Answer>
  readonly invalidate: Invalidate
  /** Resolves when the writes under way have been answered and have invalidated, those of callers who left too. */
  settled(): Promise<void>
}

export const createCache = (options: CacheOptions): Cache => {
  const { store, origin, table, observer, now } = options
  const invalidate = createInvalidate(store, observer)
  const uncacheable = createUncacheableKeys(now)
  const readFields = createFieldReader(table.identity)

  const proofOf = async (identity: string): Promise<Entry | undefined> => {
    const reading = await store.read([proofKey(identity)]).catch(() => undefined)
    return reading?.entries[0]
  }
  const userOf = async (identity: string): Promise<string | undefined> => userOfProof(await proofOf(identity))
  const isProven = async (identity: string): Promise<boolean> => (await proofOf(identity)) !== undefined
  const invalidateSessionChanges = createSessionChanges({ table, invalidate, observer, isProven })

  const keep = createKeeper(store, table, observer, now)
  const fetches = createCollapsedFetches({ ...options, keep, uncacheable, invalidateSessionChanges, userOf })
  const write = createWriteThrough({ ...options, readFields, invalidate, invalidateSessionChanges, userOf })
  const writes = new Set<Promise<Answer>>()
  return {
    read: createReadThrough({
      ...options,
      readFields,
      checkHost: createHostCheck(options.allowedHosts ?? []),
      forward: createForward(origin, invalidateSessionChanges),
      fetches,
      uncacheable
    }),
    write: async (request) => {
      const answer = write(request)
      writes.add(answer)
      try {
        return await answer
      } finally {
        writes.delete(answer)
      }
    },
    invalidate,
    settled: async () => {
      await Promise.allSettled(writes)
    }
  }
}
