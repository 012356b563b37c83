import type { Entry } from '../../src/cache/entry.js'
import { type Invalidation, invalidationOf } from '../../src/cache/invalidate/invalidation.js'
import type { Position } from '../../src/cache/position.js'
import type { CommitOutcome, Draft, Store } from '../../src/cache/store.js'

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
export const put = async (store: Store, ...drafts: Draft[]): Promise<readonly CommitOutcome[]> =>
  store.commit({ drafts, position: undefined })

export const putAt = async (
  store: Store,
  position: Position | undefined,
  ...drafts: Draft[]
): Promise<readonly CommitOutcome[]> => store.commit({ drafts, position })

export const invalidate = (store: Store, named: Partial<Invalidation>) =>
  store.invalidate(invalidationOf(named))

/** The same without a wait: for stores that do not take it now. */
export const invalidateAtOnce = (store: Store, named: Partial<Invalidation>) =>
  store.invalidate(invalidationOf(named), { waitMs: 0 })

/** The bodies in the slots, `undefined` where nothing is readable. */
export const bodies = async (store: Store, ...slots: string[]): Promise<(string | undefined)[]> =>
  (await store.read(slots)).entries.map((entry) => entry?.body.toString())

/** Those of the slots that hold a readable entry. */
export const readable = async (store: Store, ...slots: string[]): Promise<string[]> => {
  const { entries } = await store.read(slots)
  return slots.filter((_, at) => entries[at] !== undefined)
}
