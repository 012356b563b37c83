import { type NewProof, proofWrite } from '../identity/proof.js'
import type { UnstoredReason } from '../observer.js'
import type { Position } from '../position.js'
import type { PendingWrite, Store } from '../store.js'

export interface Fill {
  /** The position before the origin was asked; nothing is stored without one. */
  readonly position: Position | undefined
  readonly write: PendingWrite | undefined
  /** Whom the origin has just answered a protected read. */
  readonly proof: NewProof | undefined
}

/** Commits what a fetch has brought. Resolves to why its entry was not stored; never rejects. */
export const storeFill = async (
  { store, now }: { readonly store: Store; readonly now: () => number },
  { position, write, proof }: Fill
): Promise<UnstoredReason | undefined> => {
  if (position === undefined) return 'store-unavailable'
  const writes = write === undefined ? [] : [write]
  if (proof !== undefined) writes.push(proofWrite(proof, now()))
  if (writes.length === 0) return undefined
  try {
    const [outcome] = await store.commit({ writes, position })
    if (write === undefined || outcome === 'stored') return undefined
    return outcome === 'unmet' ? 'outdated' : 'invalidated'
  } catch {
    return write === undefined ? undefined : 'store-error'
  }
}
