import { groupTag, identityTag, knownKey, proofKey } from '../tags.js'
import { valueOf } from '../../http/fields.js'
import { createFolding } from '../../concurrency/folding.js'
import type { Invalidate } from '../invalidate/invalidate.js'
import type { Observer } from '../observer.js'
import type { OriginAnswer } from '../origin.js'
import type { ResourceTable, SignIn } from '../resource.js'
import type { InvalidateOutcome, Reading, Store } from '../store.js'
import { factWrite } from './proof.js'

export interface SessionChangesOptions {
  readonly table: ResourceTable
  readonly invalidate: Invalidate
  readonly observer: Observer
  readonly store: Store
  /** Epoch milliseconds. */
  readonly now: () => number
  readonly maxTtlMs: number
}

/** Whose request it was. */
export interface Asker {
  readonly identity: string | undefined
  readonly headers: readonly string[]
}

/**
 * What an answer makes untrue by itself, whatever was asked. Resolves when that is invalidated, or pending; `undefined`
 * when it is nothing.
 */
export type InvalidateSessionChanges = (
  answer: Pick<OriginAnswer, 'status' | 'headers'>,
  asker: Asker
) => Promise<InvalidateOutcome> | undefined

/** Anybody can be turned away as often as he likes: the log takes ten records a second of that. */
const DENIALS_MS = 100
const LOG_INS_MS = 1000

/**
 * A 401 or 403 ends what is stored for its caller. It always leaves a record: another pod may have a read of this caller
 * in progress that the origin saw before, and only the record refuses its commit. An answer that sets the session
 * cookie is a log-in, whatever its method, and the first one of a person may have made that person. Of whom that is known
 * is marked: else every log-in would empty the lists of people.
 */
export const createSessionChanges = ({
  table,
  invalidate,
  observer,
  store,
  now,
  maxTtlMs
}: SessionChangesOptions): InvalidateSessionChanges => {
  const invalidateTags = async (tags: readonly string[]): Promise<InvalidateOutcome> =>
    (await invalidate({ tags }, 'proxy')).outcome
  const fold = (intervalMs: number, cause: 'denial' | 'log-in') =>
    createFolding<readonly string[], InvalidateOutcome>({
      intervalMs,
      run: invalidateTags,
      merge: (works) => [...new Set(works.flat())],
      folded: (_, count) => observer.invalidationsFolded({ cause, count })
    })
  const deny = fold(DENIALS_MS, 'denial')
  const logIn = fold(LOG_INS_MS, 'log-in')
  const { signIn, identity: sources } = table

  const greet = async (identity: string | undefined): Promise<InvalidateOutcome> => {
    const reading = identity === undefined ? undefined : await readKnown(store, identity)
    if (reading?.entries.some((entry) => entry !== undefined) === true) return 'done'
    const outcome = await logIn('', signIn.tags)
    if (identity !== undefined && reading !== undefined && outcome === 'done') {
      // The record may be deleted as a proof may become untrue: by what reaches the same tag groups.
      const tags = sources.tagGroups.map(groupTag)
      const fact = { storeKey: knownKey(identity), body: Buffer.alloc(0), tags, lastsMs: maxTtlMs }
      // Fenced: it may have been deleted while the log-ins of a second were folded.
      await store
        .commit({ writes: [factWrite(fact, now())], position: reading.position })
        .catch(() => undefined)
    }
    return outcome
  }

  return (answer, { identity, headers }) => {
    if (isDenial(answer)) return identity === undefined ? undefined : deny('', [identityTag(identity)])
    if (signIn.tags.length === 0 || !setsSession(answer.headers, sources.cookies)) return undefined
    return mayBeNew(headers, signIn) ? greet(identity) : undefined
  }
}

const mayBeNew = (headers: readonly string[], { headers: names }: SignIn): boolean =>
  names.length === 0 || names.some((name) => valueOf(headers, name) !== undefined)

/** Whoever has a proof, or has signed in before: the origin has a record of him. `undefined` without the store. */
const readKnown = (store: Store, identity: string): Promise<Reading | undefined> =>
  store.read([proofKey(identity), knownKey(identity)]).catch(() => undefined)

export const isDenial = ({ status }: { readonly status: number }): boolean => status === 401 || status === 403

/** Whether a cookie that tells callers apart is set to something: to take it away is a log-out. */
const setsSession = (headers: readonly string[], cookies: readonly string[]): boolean => {
  for (let at = 0; at < headers.length; at += 2) {
    if (headers[at]?.toLowerCase() !== 'set-cookie') continue
    const [, name = '', value = ''] = /^\s*([^=;\s]+)\s*=\s*"?([^;"]*)/.exec(headers[at + 1] ?? '') ?? []
    if (cookies.includes(name) && value !== '') return true
  }
  return false
}
