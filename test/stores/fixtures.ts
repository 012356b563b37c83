import type { Entry } from '../../src/cache/entry.js'
import { type Invalidation, invalidationOf } from '../../src/cache/invalidation.js'
import type { Position } from '../../src/cache/position.js'
import type { CommitOutcome, PendingWrite, Store } from '../../src/cache/store.js'

/** An entry of the real clock, whole milliseconds as Redis counts them. */
export const entryOf = (body: string | Buffer, named: Partial<Entry> = {}): Entry => {
  const freshUntil = named.freshUntil ?? Date.now() + 60_000
  return {
    status: 200,
    headers: ['content-type', 'application/json'],
    generatedAt: Date.now(),
    staleWhileRevalidateUntil: 0,
    staleIfErrorUntil: 0,
    etag: undefined,
    tags: [],
    ...named,
    freshUntil,
    body: Buffer.from(body)
  }
}

export const tagged = (...tags: string[]): Entry => entryOf('tagged', { tags })

/** The position that a reader gets now with a miss. */
export const positionOf = async (store: Store): Promise<Position> => (await store.read([])).position

/** Commits without a fence. */
export const put = async (store: Store, ...writes: PendingWrite[]): Promise<readonly CommitOutcome[]> =>
  store.commit({ writes, position: undefined })

export const putAt = async (
  store: Store,
  position: Position | undefined,
  ...writes: PendingWrite[]
): Promise<readonly CommitOutcome[]> => store.commit({ writes, position })

export const invalidate = (store: Store, named: Partial<Invalidation>) =>
  store.invalidate(invalidationOf(named))

/** The same without a wait: for stores that do not take it now. */
export const invalidateAtOnce = (store: Store, named: Partial<Invalidation>) =>
  store.invalidate(invalidationOf(named), { waitMs: 0 })

/** The bodies in the store keys, `undefined` where nothing is readable. */
export const bodies = async (store: Store, ...storeKeys: string[]): Promise<(string | undefined)[]> =>
  (await store.read(storeKeys)).entries.map((entry) => entry?.body.toString())

/** Those of the store keys that hold a readable entry. */
export const readable = async (store: Store, ...storeKeys: string[]): Promise<string[]> => {
  const { entries } = await store.read(storeKeys)
  return storeKeys.filter((_, at) => entries[at] !== undefined)
}
