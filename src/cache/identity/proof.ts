import type { Entry } from '../entry.js'
import { groupTag, identityTag, proofKey, userTag } from '../tags.js'
import type { PendingWrite, Store } from '../store.js'

/**
 * That the origin has given one caller a protected answer. While it is current, this caller shares the entries of scope
 * `authenticated` with all others who have one. A store keeps it as an entry whose body is the caller's user number.
 */
export class Proof {
  readonly #entry: Entry

  constructor(entry: Entry) {
    this.#entry = entry
  }

  /** As far as it is known. */
  get user(): string | undefined {
    const { body } = this.#entry
    return body.length === 0 ? undefined : body.toString()
  }

  isCurrent(now: number): boolean {
    return now < this.#entry.freshUntil
  }
}

/** Whether a new proof would say something else, or last for much longer. */
export const isProofDue = (proof: Proof | undefined, { user, lastsMs }: NewProof, now: number): boolean =>
  proof === undefined || proof.user !== user || !proof.isCurrent(now + lastsMs / 2)

export interface NewProof {
  readonly identity: string
  readonly user: string | undefined
  /** Tag groups whose unlisted writes may change what a caller is allowed to see. */
  readonly tagGroups: readonly string[]
  /** After the origin's own word. */
  readonly lastsMs: number
}

export const proofWrite = ({ identity, user, tagGroups, lastsMs }: NewProof, now: number): PendingWrite =>
  factWrite(
    {
      storeKey: proofKey(identity),
      body: Buffer.from(user ?? ''),
      tags: [identityTag(identity), userTag(user), ...tagGroups.map(groupTag)],
      lastsMs
    },
    now
  )

export interface Fact extends Pick<Entry, 'body' | 'tags'> {
  readonly storeKey: string
  readonly lastsMs: number
}

/** What is known of a caller, kept as an entry that answers nothing. `now` in epoch milliseconds. */
export const factWrite = ({ storeKey, body, tags, lastsMs }: Fact, now: number): PendingWrite => ({
  storeKey,
  entry: {
    status: 200,
    headers: [],
    body,
    generatedAt: now,
    freshUntil: now + lastsMs,
    staleWhileRevalidateUntil: now + lastsMs,
    staleIfErrorUntil: now + lastsMs,
    etag: undefined,
    tags
  }
})

/** `undefined` also while the store cannot be asked. */
export const readProof = async (store: Store, identity: string): Promise<Proof | undefined> => {
  const reading = await store.read([proofKey(identity)]).catch(() => undefined)
  const entry = reading?.entries[0]
  return entry && new Proof(entry)
}
