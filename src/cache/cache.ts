import type { Answer } from './answer.js'
import { Audit, type AuditOptions } from './audit/audit.js'
import { createSessionChanges } from './identity/session-changes.js'
import { readProof } from './identity/proof.js'
import { createInvalidate, type Invalidate } from './invalidate/invalidate.js'
import type { Coding } from '../http/codings.js'
import type { Observer } from './observer.js'
import type { Origin } from './origin.js'
import { CollapsedFetches } from './read/collapsed-fetch.js'
import { createCompress } from './read/compress.js'
import { createForward } from './read/forward.js'
import { createHostCheck } from './read/host-check.js'
import type { ReadRequest } from './read/lookup.js'
import { type CacheMode, createReadThrough } from './read/read-through.js'
import { createFieldReader } from './read/request-fields.js'
import { UncacheableKeys } from './read/uncacheable-keys.js'
import type { ResourceTable } from './resource.js'
import type { Store } from './store.js'
import { createWriteThrough, type WriteRequest } from './write/write-through.js'

export interface CacheOptions {
  readonly store: Store
  readonly origin: Origin
  readonly table: ResourceTable
  readonly observer: Observer
  /** Epoch milliseconds. */
  readonly now: () => number
  /** Milliseconds, for durations; `performance.now` unless told. */
  readonly elapsed?: () => number
  readonly maxTtlMs: number
  readonly maxEntryBytes: number
  /** In which entries hold their bodies, too, in the order of preference. None: in none. */
  readonly codings?: readonly Coding[]
  readonly mode: CacheMode
  /** Of hits; none without it. */
  readonly audit?: Pick<AuditOptions, 'share' | 'mostPerSecond' | 'graceMs' | 'random'> | undefined
  /** In the form of Django's ALLOWED_HOSTS; requests for other hosts are forwarded. None: any. */
  readonly allowedHosts?: readonly string[]
}

/**
 * The promises: after an acknowledged invalidation nobody gets an answer whose origin request was sent
 * before it; nobody gets an answer made for somebody else; a read never fails because the store does.
 */
export interface Cache {
  /** Rejects with `CancelledError` when the caller has gone away, and with nothing else that is foreseen. */
  read(request: ReadRequest): Promise<Answer>
  write(request: WriteRequest): Promise<Answer>
  readonly invalidate: Invalidate
  /** Resolves when the writes under way have been answered and have invalidated, those of callers who have gone away too. */
  settled(): Promise<void>
}

export const createCache = (options: CacheOptions): Cache => {
  const { store, origin, table, observer, elapsed = performance.now.bind(performance) } = options
  const audit = options.audit && new Audit({ ...options, ...options.audit, elapsed })
  const invalidate = createInvalidate(store, {
    invalidated: (event) => {
      audit?.invalidated(event)
      observer.invalidated(event)
    }
  })
  const uncacheable = new UncacheableKeys({ store, elapsed })
  const readFields = createFieldReader(table.identity)
  const userOf = async (identity: string) => (await readProof(store, identity))?.user
  const invalidateSessionChanges = createSessionChanges({ ...options, invalidate })
  const fetches = new CollapsedFetches({
    ...options,
    uncacheable,
    invalidateSessionChanges,
    userOf,
    compress: createCompress(options)
  })
  const write = createWriteThrough({
    ...options,
    elapsed,
    readFields,
    invalidate,
    invalidateSessionChanges,
    userOf
  })
  const writes = new Set<Promise<Answer>>()
  return {
    read: createReadThrough({
      ...options,
      elapsed,
      readFields,
      checkHost: createHostCheck(options.allowedHosts ?? []),
      forward: createForward(origin, invalidateSessionChanges),
      fetches,
      uncacheable,
      audit
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
