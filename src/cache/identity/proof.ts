import { UNKNOWN_USER_TAG } from '../tags.js'
import type { Entry } from '../entry.js'
import type { Observer } from '../observer.js'
import type { Position } from '../position.js'
import type { ResourceTable } from '../resource.js'
import { type PendingWrite, proofKey, type Store } from '../store.js'

export interface Kept {
  /** The position before the origin was asked; nothing is stored without one. */
  readonly position: Position | undefined
  readonly draft: PendingWrite | undefined
  /** Whom the origin has just answered a protected read, with the user number as far as it is known. */
  readonly proven: { readonly identity: string; readonly user: string | undefined } | undefined
}

export type Keep = (kept: Kept) => Promise<boolean>

/** A proof lets its identity share entries of scope `authenticated`; so long after the origin's own word. */
const PROOF_MS = 60_000

/** Commits what a fill has brought. Resolves to whether the draft was stored; never rejects. */
export const createKeeper =
  (store: Store, table: ResourceTable, observer: Observer, now: () => number): Keep =>
  async ({ position, draft, proven }) => {
    if (position === undefined) return false
    const drafts = draft === undefined ? [] : [draft]
    if (proven !== undefined) drafts.push(proofDraft(proven.identity, proven.user, table, now()))
    if (drafts.length === 0) return false
    try {
      const [outcome] = await store.commit({ drafts, position })
      if (draft !== undefined && outcome === 'refused')
        observer.fillDropped({ key: draft.storeKey, reason: 'refused' })
      return draft !== undefined && outcome === 'stored'
    } catch {
      if (draft !== undefined) observer.fillDropped({ key: draft.storeKey, reason: 'store-error' })
      return false
    }
  }

const proofDraft = (
  identity: string,
  user: string | undefined,
  table: ResourceTable,
  now: number
): PendingWrite => ({
  storeKey: proofKey(identity),
  entry: {
    status: 200,
    headers: [],
    body: Buffer.from(user ?? ''),
    generatedAt: now,
    freshUntil: now + PROOF_MS,
    staleWhileRevalidateUntil: now + PROOF_MS,
    staleIfErrorUntil: now + PROOF_MS,
    etag: undefined,
    tags: [
      identityTag(identity),
      user === undefined ? UNKNOWN_USER_TAG : `user:${user}`,
      ...table.identity.families.map(familyTag)
    ]
  }
})

/** Whether another one would say the same, and not for much longer. */
export const isProofCurrent = (proof: Entry | undefined, user: string | undefined, now: number): boolean =>
  proof !== undefined && userOfProof(proof) === user && now < proof.freshUntil - PROOF_MS / 2

/** The user number that a proof was kept with. */
export const userOfProof = (proof: Entry | undefined): string | undefined =>
  proof === undefined || proof.body.length === 0 ? undefined : proof.body.toString()

/** Carried by everything that belongs to one caller. */
export const identityTag = (identity: string): string => `~${identity}`

/** Carried by everything that an unlisted write to the family makes doubtful. */
export const familyTag = (family: string): string => `family:${family}`
